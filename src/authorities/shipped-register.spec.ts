import { localDate } from '../platform/local-date.js';
import { inBeing, type Authority } from './authority.js';
import { readRegister } from './shipped-register.js';

let register: readonly Authority[];
beforeAll(async () => {
  register = await readRegister();
});

const named = (name: string) => register.find((authority) => authority.name === name);
const on = (day: string) => ({ from: localDate(day), to: localDate(day) });

describe('the register of English councils', () => {
  it.each([
    ['2019-03-31', 353],
    ['2020-03-31', 343],
    ['2021-03-31', 339],
    ['2022-03-31', 333],
    ['2023-03-31', 333],
    ['2024-03-31', 317],
    ['2025-03-31', 317],
  ])('has, on %s, %i councils in being', (day, councils) => {
    expect(register.filter((authority) => inBeing(authority, on(day)))).toHaveLength(councils);
  });

  it('holds 365 councils, each under a code of its own', () => {
    expect(register).toHaveLength(365);
    expect(new Set(register.map(({ code }) => code)).size).toBe(365);
  });

  it.each([
    ['Northumberland County Council', 'unitary'],
    ['Cambridge City Council', 'district'],
    ['Leeds City Council', 'metropolitan-borough'],
    ['City of London Corporation', 'london-borough'],
    ['Council of the Isles of Scilly', 'unitary'],
    ['Blaby District Council', 'district'],
    ['Worcestershire County Council', 'county'],
  ])('knows the type of %s, also where the name suggests another', (name, type) => {
    expect(named(name)).toMatchObject({ type });
  });

  it('knows the successors of an abolished council, whether it was merged or split', () => {
    expect(named('Northampton Borough Council')).toMatchObject({
      abolishedOn: '2021-04-01',
      successors: ['E06000062'],
    });
    expect(named('Cumbria County Council')?.successors).toEqual(['E06000063', 'E06000064']);
  });

  it('has a successor for every council that was abolished, and each successor is in being on that day', () => {
    for (const { abolishedOn, successors } of register) {
      if (abolishedOn === null) continue;
      expect(successors.length).toBeGreaterThan(0);
      for (const code of successors) {
        const successor = register.find((authority) => authority.code === code);
        expect(successor && inBeing(successor, on(abolishedOn))).toBe(true);
      }
    }
  });
});
