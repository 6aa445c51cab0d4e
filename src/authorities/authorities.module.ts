import { Module } from '@nestjs/common';
import { EVENT_STORE, type EventStore } from '../event-store/event-store.js';
import { AuthorityRegister } from './authority-register.js';

const REGISTER = {
  provide: AuthorityRegister,
  inject: [EVENT_STORE],
  useFactory: (store: EventStore) => new AuthorityRegister(store),
};

/** Gives other modules the register. */
@Module({ providers: [REGISTER], exports: [AuthorityRegister] })
export class AuthoritiesModule {}
