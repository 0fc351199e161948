import { dayOf, iso, now, phoneNow } from '../../lib/clock'
import { daysOn, pauseOn, toldOf, type Care, type NoticeKind, type Told } from '../../lib/family'
import { family } from '../../lib/family-care'
import { dayText, pauseTold } from '../../lib/family-words'
import { add, onChange, records } from '../../lib/outbox'
import { isLoggedIn, show } from '../../lib/page'
import { buzz, title, toast } from '../../lib/platform'
import { becameTold, refusalOf, sendAndHear, type BecameTold } from '../../lib/sending'
import { wording } from '../../lib/texts'

const words = wording(
  {
    title: '住院、外出',
    what: '是哪一种情况？',
    since: '从哪一天起',
    send: '告诉机构',
    sent: '已告知机构',
    sentText: '机构登记好，这里会写“已登记”。',
    told: '告知过的',
    hospital_in: '住院了',
    hospital_out: '出院了',
    travel_out: '外出了',
    travel_back: '回来了',
    institution_in: '住进机构了',
    institution_out: '从机构回家了',
    wants_home: '想改为居家护理',
    wants_community: '想改为社区护理',
    wants_institution: '想改为机构护理',
    kept: '在手机里',
    open: '等机构登记',
    entered: '已登记',
    declined: '没有登记，请打电话问机构',
    note: '住院、外出的日子不用记，也不发补助。当天算不算，按当地规定。',
  },
  {
    title: 'Hospital, travel',
    what: 'What has happened?',
    since: 'Since which day',
    send: 'Tell the agency',
    sent: 'The agency is told',
    sentText: 'When the agency has entered it, it says so here.',
    told: 'Told so far',
    hospital_in: 'In hospital',
    hospital_out: 'Discharged',
    travel_out: 'Away from home',
    travel_back: 'Back home',
    institution_in: 'Moved into an institution',
    institution_out: 'Home from the institution',
    wants_home: 'Wants care at home',
    wants_community: 'Wants community care',
    wants_institution: 'Wants institutional care',
    kept: 'on this phone',
    open: 'to be entered by the agency',
    entered: 'entered',
    declined: 'not entered; please call the agency',
    note: 'Days in hospital or away need no log and are not paid. Whether the first and last day count is set by the region.',
  },
)

const TONES: Record<Told['state'], string> = { kept: 'kept', open: 'wait', entered: 'good', declined: 'bad' }
const LONGEST_BACK_DAYS = 62

Page({
  data: {
    w: words(),
    look: '',
    state: 'loading',
    stateText: '',
    client: '',
    name: '',
    paused: null as { title: string; body: string } | null,
    choices: [] as { kind: NoticeKind; text: string }[],
    kind: '' as NoticeKind | '',
    day: '',
    dayWords: '',
    first: '',
    today: '',
    isBusy: false,
    result: null as BecameTold | null,
    told: [] as { id: string; text: string; day: string; state: string; tone: string }[],
  },
  care: undefined as Care | undefined,
  stop: () => undefined as unknown,

  onLoad({ client = '' }: Record<string, string | undefined>) {
    const today = dayOf(now())
    this.setData({ client, day: today, today, first: daysOn(today, -LONGEST_BACK_DAYS) })
    this.stop = onChange(() => this.draw())
  },
  onUnload() {
    this.stop()
  },
  onShow() {
    if (!isLoggedIn()) return
    this.setData({ w: words() })
    title(words().title)
    void this.load()
  },

  async load() {
    await show(this, async () => {
      const found = await family()
      this.care = found.value.find(({ id }) => id === this.data.client)
      this.draw()
      return { data: {}, seen: found }
    })
  },

  /** At home one may go; away one may come back. */
  draw() {
    const { care } = this
    if (!care) return
    const kept = records()
    const pause = pauseOn(care, kept, dayOf(now()))
    const kinds: NoticeKind[] = pause ? [pause.back] : ['hospital_in', 'travel_out', 'institution_in']
    const isStill = this.data.kind && kinds.includes(this.data.kind)
    this.setData({
      name: care.name,
      paused: pause && pauseTold(pause),
      choices: kinds.map((kind) => ({ kind, text: words()[kind] })),
      kind: isStill ? this.data.kind : kinds.length === 1 ? (kinds[0] ?? '') : '',
      dayWords: dayText(this.data.day),
      told: toldOf(care, kept).reverse().map(lineOf),
    })
  },

  choose({ currentTarget }: WechatMiniprogram.CustomEvent) {
    this.setData({ kind: currentTarget.dataset['kind'] as NoticeKind })
  },
  pickDay({ detail }: WechatMiniprogram.CustomEvent<{ value: string }>) {
    this.setData({ day: detail.value, dayWords: dayText(detail.value) })
  },

  async send() {
    const { kind, day, client, isBusy } = this.data
    if (!kind) return toast(words().what)
    if (isBusy) return
    this.setData({ isBusy: true, result: null })
    const added = add('notice', { client_id: client, kind, day, occurred_at: iso(phoneNow()) })
    buzz()
    const became = await sendAndHear(added)
    const { sent, sentText } = words()
    this.setData({ isBusy: false, result: becameTold(became, { title: sent, text: sentText }, refusalOf(added.id)) })
  },
})

function lineOf({ id, kind, day, state }: Told) {
  return { id, text: words()[kind], day: dayText(day), state: words()[state], tone: TONES[state] }
}
