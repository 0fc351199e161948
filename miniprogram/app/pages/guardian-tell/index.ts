import { getAll } from '../../lib/api'
import { seen } from '../../lib/cache'
import { chosenDetail } from '../../lib/cared'
import { dayOf, DAY_MS, iso, now, phoneNow } from '../../lib/clock'
import { dayWords } from '../../lib/guardian-visits'
import { add, records, type Kept } from '../../lib/outbox'
import { isLoggedIn, show } from '../../lib/page'
import { buzz, choose, open, title } from '../../lib/platform'
import { becameTold, refusalOf, sendAndHear } from '../../lib/sending'
import { MODES, tellable, type Notice, type NoticeKind } from '../../lib/telling'
import { fill, wording } from '../../lib/texts'

const words = wording(
  {
    title: '告诉机构',
    about: '说的是{name}',
    hospital_in: '住院了',
    hospital_out: '出院了',
    travel_out: '外出，不在家',
    travel_back: '外出回来了',
    institution_in: '住进养老机构了',
    institution_out: '离开养老机构，回家了',
    wants_home: '想改为居家护理',
    wants_community: '想改为社区护理',
    wants_institution: '想改为机构护理',
    mode: '想换护理方式',
    agency: '想换一家机构',
    when: '哪一天？',
    day: '日期：{day}',
    send: '告诉机构',
    not: '不说了',
    told: '说过的',
    kept: '在手机里',
    open: '等机构处理',
    entered: '已登记',
    declined: '没有登记',
    not_so: '机构核实不是这样',
    known_already: '已经登记过',
    not_entitled: '不符合条件',
    other: '请打电话问机构',
    sent: '机构收到了',
    sentText: '机构登记好，这里会写“已登记”。',
    nobody: '还没有您照看的人',
  },
  {
    title: 'Tell the agency',
    about: 'About {name}',
    hospital_in: 'In hospital now',
    hospital_out: 'Out of hospital',
    travel_out: 'Away from home',
    travel_back: 'Back home',
    institution_in: 'Moved into a care institution',
    institution_out: 'Left the institution, at home',
    wants_home: 'Wants care at home',
    wants_community: 'Wants care in the community',
    wants_institution: 'Wants care in an institution',
    mode: 'Another way of care wanted',
    agency: 'Another agency wanted',
    when: 'On which day?',
    day: 'Day: {day}',
    send: 'Tell the agency',
    not: 'Do not tell',
    told: 'Told before',
    kept: 'on this phone',
    open: 'waits for the agency',
    entered: 'entered',
    declined: 'not entered',
    not_so: 'The agency found it is not so',
    known_already: 'It was entered already',
    not_entitled: 'The conditions are not met',
    other: 'Please call the agency',
    sent: 'The agency has it',
    sentText: 'When the agency has entered it, it says so here.',
    nobody: 'Nobody in your care yet',
  },
)

const TONES = { kept: 'kept', open: 'wait', entered: 'good', declined: 'bad' } as const

Page({
  data: {
    w: words(),
    look: '',
    state: 'loading',
    stateText: '',
    about: '',
    choices: [] as { kind: NoticeKind; text: string }[],
    chosen: null as { kind: NoticeKind; text: string } | null,
    day: '',
    dayText: '',
    lastDay: '',
    lines: [] as object[],
    result: null as { tone: string; title: string; text: string } | null,
    isBusy: false,
  },
  clientId: '',

  onShow() {
    if (!isLoggedIn()) return
    this.setData({ w: words(), result: null })
    title(words().title)
    void this.load()
  },

  async load() {
    await show(this, async () => {
      const people = await chosenDetail()
      const { client, detail } = people.value
      if (!client || !detail) return { data: { about: '', choices: [], lines: [] }, seen: people }
      this.clientId = client.id
      const found = await seen(`notices:${client.id}`, () => getAll('/api/v1/notices', { query: { client_id: client.id } }))
      const own = records().filter(({ kind, record }) => kind === 'notice' && record['client_id'] === client.id)
      const known = [...found.value, ...own.filter(({ id, state }) => state === 'kept' && !found.value.some((each) => each.id === id)).map(asNotice)]
      const choices = tellable(detail.stays, known, dayOf(now())).map((kind) => ({ kind, text: words()[kind] }))
      return { data: { about: fill(words().about, { name: client.person.name }), choices, lines: known.sort((a, b) => b.occurred_at.localeCompare(a.occurred_at)).map(lineOf) }, seen: found }
    })
  },

  pick({ currentTarget }: WechatMiniprogram.TouchEvent) {
    this.ask(currentTarget.dataset['kind'] as NoticeKind)
  },
  async pickMode() {
    const place = await choose(MODES.map((kind) => words()[kind]))
    const kind = place === undefined ? undefined : MODES[place]
    if (kind) this.ask(kind)
  },
  ask(kind: NoticeKind) {
    this.setDay(dayOf(now()))
    this.setData({ chosen: { kind, text: words()[kind] }, result: null, lastDay: dayOf(now() + 60 * DAY_MS) })
  },
  chooseDay({ detail }: WechatMiniprogram.CustomEvent<{ value: string }>) {
    this.setDay(detail.value)
  },
  setDay(day: string) {
    this.setData({ day, dayText: fill(words().day, { day: dayWords(day, dayOf(now())) }) })
  },
  leave() {
    this.setData({ chosen: null })
  },

  async send() {
    const { chosen, day, isBusy } = this.data
    if (!chosen || isBusy) return
    this.setData({ isBusy: true })
    const added = add('notice', { client_id: this.clientId, kind: chosen.kind, day, occurred_at: iso(phoneNow()) })
    buzz()
    const became = await sendAndHear(added)
    const { sent, sentText } = words()
    this.setData({ isBusy: false, chosen: null, result: becameTold(became, { title: sent, text: sentText }, refusalOf(added.id)) })
    await this.load()
  },
  openAgency() {
    open('/pages/guardian-agency/index')
  },
})

function asNotice({ id, record }: Kept): Notice {
  return { id, ...(record as unknown as Pick<Notice, 'client_id' | 'kind' | 'day' | 'occurred_at'>), state: 'open', told_by: '', received_at: '', answered_at: null, decline_reason: null }
}

function lineOf(notice: Notice) {
  const w = words()
  const state = notice.received_at ? notice.state : 'kept'
  const note = [dayWords(notice.day, dayOf(now())), notice.decline_reason ? w[notice.decline_reason] : ''].filter(Boolean).join(' · ')
  return { id: notice.id, text: w[notice.kind], note, state: w[state], tone: TONES[state] }
}
