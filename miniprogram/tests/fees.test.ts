import { beforeEach, expect, test } from 'vitest'
import { askedOf, costOf, totalsOf, type FeeLine, type FeeList } from '../app/lib/fees'
import { fakePhone } from './fake-wx'

beforeEach(() => {
  fakePhone()
})

type Split = FeeLine['split']
const split = (total: number | null, fund: number | null, personal: number | null, over: number | null = personal === null ? null : 0): Split => ({
  total_fen: total, fund_fen: fund, personal_fen: personal, over_fen: over,
})
const SHARED = split(5958, 4469, 1489)
const UNKNOWN = split(null, null, null)

const line = (more: Partial<FeeLine> = {}): FeeLine => ({
  visit_id: 'v', service_on: '2026-11-20', began_at: null, minutes: 55, state: 'accepted', split: SHARED, extras: [], extra_fen: 0, ...more,
})

const list = (more: Partial<FeeList> = {}, totals: Partial<FeeList['totals']> = {}): FeeList => ({
  client_id: 'p', month: '2026-11-01', lines: [line()], digest: 'd', is_whole: true, waits_for_share: false, confirmation: null, ...more,
  totals: { accepted: 1, in_review: 0, minutes: 55, split: SHARED, extra_fen: 0, ...totals },
})

const last = (is_current: boolean) => ({ confirmed_at: '2026-11-20T12:00:00Z', personal_fen: 1, is_current })

/** An amount is never torn from its yuan at the end of a line. */
const plain = (text: string) => text.replace(/\u00a0/g, ' ')

test.each([
  ['a list that is known', list(), true, true, 'list'],
  ['without an agreement today', list(), true, false, 'list'],
  ['who may confirm care alone', list(), false, true, 'not_yours'],
  ['confirmed as it is', list({ confirmation: last(true) }), true, true, 'confirmed'],
  ['confirmed before it changed', list({ confirmation: last(false) }), true, true, 'list'],
  ['nothing accepted yet', list({}, { accepted: 0, split: split(0, 0, 0) }), true, true, 'nothing'],
  ['care waits for the typed share', list({ waits_for_share: true }, { accepted: 0 }), true, true, 'typed'],
  ['and nobody to name', list({ waits_for_share: true }), true, false, 'no_agency'],
  ['no price', list({}, { split: UNKNOWN }), true, true, 'typed'],
  ['no price and no agency', list({}, { split: UNKNOWN }), true, false, 'no_agency'],
  ['a price without shares', list({}, { split: split(5958, null, null) }), true, true, 'typed'],
  ['not all of it is his to see', list({ is_whole: false }), true, true, 'not_whole'],
] as const)('what is asked for a month: %s', (_, fees, mayAgree, hasAgency, asked) => {
  expect(askedOf(fees, mayAgree, hasAgency)).toBe(asked)
})

test.each([
  [line(), ['长护险付 44.69 元，您付 14.89 元'], ''],
  [line({ split: split(6500, 1, 6499, 6499) }), ['长护险付 0.01 元，您付 64.99 元', '您付的里面，有 64.99 元超出了长护险的限额'], ''],
  [line({ split: split(0, 0, 0) }), ['长护险付 0 元，您付 0 元'], ''],
  [line({ split: split(6500, null, null) }), ['一共 65 元，谁付多少这里还不知道'], ''],
  [line({ split: UNKNOWN }), ['价格这里还不知道，请问机构'], ''],
  [line({ state: 'in_review', split: UNKNOWN }), ['还在核实，现在没有费用'], '计划外项目（自费）：理发'],
  [line({ state: 'refused', split: UNKNOWN }), ['没有通过，不收您的钱'], ''],
  [
    line({ extras: [{ item_code: 'hair', name: '理发', price_fen: 3000 }, { item_code: 'walk', name: null, price_fen: null }] }),
    ['长护险付 44.69 元，您付 14.89 元'],
    '计划外项目（自费）：理发 30 元，walk（价格没有记下）',
  ],
])('a visit says what it cost, and never 0 for what is not known', (of, cost, extra) => {
  const said = costOf(of, ['理发'])
  expect([said.cost.map(plain), plain(said.extra)]).toEqual([cost, extra])
})

test.each([
  [{}, '长护险付 44.69 元，您付 14.89 元', ''],
  [{ extra_fen: 3050 }, '长护险付 44.69 元，您付 14.89 元', '另有计划外项目（自费）30.50 元。加起来您付 45.39 元'],
  [{ extra_fen: null }, '长护险付 44.69 元，您付 14.89 元', '另有计划外项目（自费），有的价格没有记下'],
  [
    { split: split(9958, 4469, 5489, 4000), extra_fen: 100 },
    '长护险付 44.69 元，您付 54.89 元',
    '您付的里面，有 40 元超出了长护险的限额。另有计划外项目（自费）1 元。加起来您付 55.89 元',
  ],
  [{ split: UNKNOWN }, '价格这里还不知道，请问机构', ''],
  [{ split: split(5958, 0, 0), extra_fen: 100 }, '长护险付 0 元，您付 0 元', '另有计划外项目（自费）1 元。加起来您付 1 元'],
  [{ split: split(5958, null, null), extra_fen: 100 }, '一共 59.58 元，谁付多少这里还不知道', '另有计划外项目（自费）1 元'],
  [{ accepted: 0, split: split(0, 0, 0) }, '', ''],
])('a month says what it cost', (totals, sum, sumMore) => {
  const said = totalsOf(list({}, totals))
  expect([plain(said.sum), plain(said.sumMore)]).toEqual([sum, sumMore])
})
