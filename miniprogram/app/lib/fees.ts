/** What care cost, in plain words, and what a guardian may confirm of it. Pure. */

import type { Schemas } from './api'
import { yuanOf } from './months'
import { fill, wording } from './texts'

export type FeeList = Schemas['FeeList']
export type FeeLine = Schemas['FeeLine']

const words = wording(
  {
    parts: '长护险付 {fund}\u00a0元，您付 {personal}\u00a0元',
    over: '您付的里面，有 {over}\u00a0元超出了长护险的限额',
    unsplit: '一共 {total}\u00a0元，谁付多少这里还不知道',
    unpriced: '价格这里还不知道，请问机构',
    inReview: '还在核实，现在没有费用',
    refused: '没有通过，不收您的钱',
    extra: '计划外项目（自费）：{items}',
    price: '{name} {yuan}\u00a0元',
    noPrice: '{name}（价格没有记下）',
    then: '。',
    extras: '另有计划外项目（自费）{yuan}\u00a0元',
    extrasUnknown: '另有计划外项目（自费），有的价格没有记下',
    all: '加起来您付 {yuan}\u00a0元',
  },
  {
    parts: 'The insurance pays {fund} yuan, you pay {personal}',
    over: 'Of what you pay, {over} yuan lie over the insurance’s limit',
    unsplit: '{total} yuan in all; who pays how much is not known here',
    unpriced: 'The price is not known here, please ask the agency',
    inReview: 'In review, no cost so far',
    refused: 'Not accepted, costs you nothing',
    extra: 'Beside the plan, paid by yourself: {items}',
    price: '{name} {yuan} yuan',
    noPrice: '{name} (the price was not kept)',
    then: '. ',
    extras: 'Beside the plan, paid by yourself: {yuan} yuan more',
    extrasUnknown: 'More beside the plan, paid by yourself; not every price was kept',
    all: 'Together you pay {yuan} yuan',
  },
)

/** What is asked of the guardian for a month. list: to confirm it; typed: the amount of the agency's own list. */
export type Asked = 'list' | 'typed' | 'confirmed' | 'nothing' | 'not_yours' | 'no_agency' | 'not_whole'

/**
 * `mayAgree`: he may agree to what costs money; `hasAgency`: the client has an agreement of that month. A list that is
 * known is confirmed as it is; else, or where care waits for it, what the agency's paper says is typed.
 */
export function askedOf(fees: FeeList, mayAgree: boolean, hasAgency: boolean): Asked {
  if (!mayAgree) return 'not_yours'
  const typed = hasAgency ? 'typed' : 'no_agency'
  if (fees.waits_for_share) return typed
  if (!fees.totals.accepted) return 'nothing'
  if (fees.totals.split.personal_fen === null) return typed
  if (!fees.is_whole) return 'not_whole'
  return fees.confirmation?.is_current ? 'confirmed' : 'list'
}

/** What one visit cost, line by line; extras apart. `told` are the names of those that a visit in review may bring. */
export function costOf(line: FeeLine, told: readonly string[]): { cost: string[]; extra: string } {
  const w = words()
  const extraWords = (items: readonly string[]) => (items.length ? fill(w.extra, { items: items.join('，') }) : '')
  if (line.state === 'refused') return { cost: [w.refused], extra: '' }
  if (line.state === 'in_review') return { cost: [w.inReview], extra: extraWords(told) }
  const items = line.extras.map(({ item_code: code, name, price_fen: fen }) =>
    fen === null ? fill(w.noPrice, { name: name ?? code }) : fill(w.price, { name: name ?? code, yuan: yuanOf(fen) }),
  )
  return { cost: splitWords(line.split), extra: extraWords(items) }
}

function splitWords({ total_fen: total, fund_fen: fund, personal_fen: personal, over_fen: over }: Schemas['Split']): string[] {
  const w = words()
  if (total === null) return [w.unpriced]
  if (fund === null || personal === null) return [fill(w.unsplit, { total: yuanOf(total) })]
  return [fill(w.parts, { fund: yuanOf(fund), personal: yuanOf(personal) }), ...overWords(over)]
}

const overWords = (over: number | null) => (over ? [fill(words().over, { over: yuanOf(over) })] : [])

/** What the month cost: in front who pays how much, then the rest. Empty where nothing was accepted. */
export function totalsOf({ totals }: FeeList): { sum: string; sumMore: string } {
  const w = words()
  if (!totals.accepted) return { sum: '', sumMore: '' }
  const [sum = '', ...more] = splitWords(totals.split)
  const { extra_fen: extra, split: { personal_fen: personal } } = totals
  const all = extra && personal !== null ? [fill(w.all, { yuan: yuanOf(personal + extra) })] : []
  const extras = extra === null ? [w.extrasUnknown] : extra ? [fill(w.extras, { yuan: yuanOf(extra) }), ...all] : []
  return { sum, sumMore: [...more, ...extras].join(w.then) }
}
