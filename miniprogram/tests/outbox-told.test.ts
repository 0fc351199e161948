import { beforeEach, expect, test } from 'vitest'
import type { Kept } from '../app/lib/outbox'
import { listed, mainBanner, moreBanners, reasonOf, type Known } from '../app/lib/outbox-told'
import { statesAfter } from '../app/lib/door'
import { fakePhone } from './fake-wx'

beforeEach(() => {
  fakePhone()
})

const known = (more: Partial<Known> = {}): Known => ({
  waiting: 0, elsewhere: 0, stuck: 0, counts: { phone: 6, server: 6, missing: 0 }, reach: 'reached', next: undefined, ...more,
})
const short = { phone: 6, server: 5, missing: 1 }
const at = Date.parse('2026-10-01T01:05:00Z')

test.each([
  ['both agree', known(), '都发出去了', '今天 6 条，后台也收到 6 条，数目一样。', ['back']],
  ['the server has fewer', known({ counts: short }), '后台少了 1 条', '手机里有 6 条，后台收到 5 条。手机里的还在，正在补发，不用您重做。', ['send', 'call']],
  ['being sent', known({ waiting: 3, reach: 'sending' }), '还有 3 条没发出去', '都在手机里，没有丢。现在有网，正在发送。', ['send', 'which']],
  ['no network', known({ waiting: 3, counts: undefined, reach: 'noNet' }), '还有 3 条没发出去', '都在手机里，没有丢。现在没有网，到了有网的地方会自动发出去。', ['send', 'which']],
  ['no server', known({ waiting: 3, counts: undefined, reach: 'noServer', next: at }), '还有 3 条没发出去', '都在手机里，没有丢。后台现在没有回答，09:05 会自动再发。', ['send', 'which']],
  ['old counts are not told while it is tried', known({ waiting: 1, counts: short, reach: 'sending' }), '还有 1 条没发出去', '都在手机里，没有丢。现在有网，正在发送。', ['send', 'which']],
  ['nothing left, nothing known', known({ counts: undefined, reach: 'noNet' }), '手机里没有要发的了', '现在看不到后台的数目。有网的时候再打开这一页，会和后台对一遍。', []],
] as const)('%s', (_, of, title, body, deeds) => {
  expect(mainBanner(of)).toMatchObject({ title, body, deeds })
  expect(mainBanner(of).actions).toHaveLength(deeds.length)
})

test('what was refused, and what another role has to bring, is said beside it', () => {
  expect(moreBanners(known())).toEqual([])
  expect(moreBanners(known({ stuck: 2, elsewhere: 1 })).map(({ title, deeds }) => [title, deeds])).toEqual([
    ['有 2 条后台没有收下', ['resend', 'call']],
    ['还有 1 条是换了身份以前记的', []],
  ])
})

const answer = (code: string | null, message: string | null) => ({ status: 422, code, message, exceptions: [] })
test.each([
  ['kept', undefined, ''],
  ['sent', answer(null, 'x'), ''],
  ['stuck', answer('plan_expired', '护理计划已过期。'), '护理计划已过期。'],
  ['stuck', answer('file_gone', ''), '照片在手机里找不到了，请再拍一张。'],
  ['stuck', answer('x', null), '后台没有说原因，请打电话给机构。'],
] as const)('a record that is %s with %j says “%s”', (state, told, reason) => {
  expect(reasonOf({ state, ...(told ? { answer: { ...told, exceptions: [] } } : {}) })).toBe(reason)
})

test.each([
  ['noAnswer', undefined, ['serverDown']],
  ['noNet', undefined, ['offline']],
  ['noAnswer', 'timeout', ['serverDown', 'noLocation']],
  ['noNet', 'denied', ['offline', 'noLocation']], // in a stairwell without a position she hears of both
] as const)('a tap without an answer, %s, with no position for %s, is %j', (became, why, states) => {
  expect(statesAfter({ place: undefined, codes: [], became, why }, false)).toEqual(states)
})

test('a week is listed, the newest first, and what is not settled however old', () => {
  const day = 86_400_000
  const now = Date.parse('2026-10-31T01:00:00Z')
  const kept = (id: string, days: number, state: Kept['state'], more: Partial<Kept> = {}): Kept => ({
    id, account: 'li', kind: 'item', visitId: null, record: { id, occurred_at: new Date(now - days * day).toISOString() }, state, tries: 0, ...more,
  })
  const all = [
    kept('old', 7, 'sent'), kept('old kept', 20, 'kept'), kept('old stuck', 20, 'stuck'), kept('old photo', 20, 'sent', { file: 'f' }),
    kept('week', 6.9, 'accepted'), kept('today', 0, 'kept'), kept('today sent', 0, 'sent'),
  ]

  expect(listed(all, false, now).map(({ id }) => id)).toEqual(['today sent', 'today', 'week', 'old photo', 'old stuck', 'old kept'])
  expect(listed(all, true, now).map(({ id }) => id)).toEqual(['today', 'old photo', 'old stuck', 'old kept'])
})
