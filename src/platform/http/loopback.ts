import { isIPv4 } from 'node:net';
import { HttpException } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { InvalidInput } from '../errors.js';

/** Whether a host name or address, with or without brackets, always means this machine. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  return bare === 'localhost' || bare === '::1' || (isIPv4(bare) && bare.startsWith('127.'));
}

/**
 * Requires an address that only this machine can reach: the server does not identify its callers yet, so any caller
 * may write.
 * @throws InvalidInput `host-not-loopback`.
 */
export function requireLoopback(host: string): void {
  if (isLoopback(host)) return;
  throw new InvalidInput(
    `the API knows no users yet and listens on this machine only: the host must be 127.0.0.1, ::1 or localhost, not ${host}`,
    [{ pointer: 'host', detail: 'must be a loopback address' }],
    'host-not-loopback',
  );
}

const MISDIRECTED = 421;

/**
 * Refuses a request that was addressed to another name. A foreign web page can have its own name resolve to
 * 127.0.0.1 (DNS rebinding); a browser would then let its script read and write here as on its own origin.
 * @throws HttpException 421.
 */
export function requireLoopbackAddressee(request: FastifyRequest): void {
  if (!isLoopback(request.hostname)) {
    throw new HttpException('this server answers to 127.0.0.1, [::1] and localhost only', MISDIRECTED);
  }
}
