import { getAll } from '../../lib/api'
import { around, seen } from '../../lib/cache'
import { clientName } from '../../lib/client-names'
import { dayOf, now, phoneNow, timeOf } from '../../lib/clock'
import { draft, forgetDraft, keepDraft } from '../../lib/drafts'
import { begunVisit } from '../../lib/helping'
import { newId } from '../../lib/ids'
import { incidentHeard, incidentLacks, incidentRecord, incidentWords, instantOf, KINDS, type Heard, type IncidentDraft } from '../../lib/incidents'
import { add, find, flush, pump } from '../../lib/outbox'
import { isLoggedIn, show } from '../../lib/page'
import { open, title } from '../../lib/platform'
import { current } from '../../lib/session'
import { common, wording } from '../../lib/texts'

const words = wording(
  {
    title: '报告意外', lead: '有生命危险，先打 120。', help: '去求助', who: '是哪一位', kind: '出了什么事', when: '几点', choose: '点这里选',
    happened: '经过', happenedHint: '看到了什么，人现在怎么样', place: '在哪里', more: '再写在哪里、做了什么', placeHint: '例如：卫生间', done: '做了什么', doneHint: '例如：扶起来，打了电话给女儿',
    send: '报告', sent: '机构收到了', sentText: '机构会看，有问题会打给您。', kept: '没有网，已存在手机里', keptText: '有网就发出去。急的话请先打电话给机构。',
    lackClient: '请选是哪一位。', lackKind: '请选出了什么事。', lackHappened: '请写一句经过。', refused: '后台没有收下', nobody: '请直接打电话', nobodyText: '报告存到后台了，但是现在没有机构负责，请自己打电话说。',
    past: '报告过的', open: '机构还没看', acknowledged: '机构看过了', noClients: '没有找到服务对象，请打电话给机构。',
  },
  {
    title: 'Report an incident', lead: 'If a life is in danger, call 120 first.', help: 'To the call for help', who: 'Who', kind: 'What happened', when: 'When', choose: 'choose',
    happened: 'How it was', happenedHint: 'what you saw, how the person is now', place: 'Where', more: 'Add where, and what was done', placeHint: 'such as the bathroom', done: 'What was done', doneHint: 'such as: helped up, called the daughter',
    send: 'Report', sent: 'The agency has it', sentText: 'They look into it and call you if needed.', kept: 'No network, kept on this phone', keptText: 'It is sent where there is a network. If it is urgent, call the agency.',
    lackClient: 'Please choose who.', lackKind: 'Please choose what happened.', lackHappened: 'Please write a sentence.', refused: 'The server did not take it', nobody: 'Please call yourself', nobodyText: 'The server has the report, but no agency answers for this client now: please call.',
    past: 'Reported before', open: 'not seen yet', acknowledged: 'seen by the agency', noClients: 'No client was found; please call the agency.',
  },
)

const LACKS = { client: 'lackClient', kind: 'lackKind', happened: 'lackHappened' } as const
const ANSWER_WITHIN_MS = 6_000
const EMPTY: IncidentDraft = { id: '', kind: '', clientId: '', visitId: null, time: '', happened: '', place: '', done: '' }

Page({
  data: {
    w: words(),
    look: '',
    state: 'loading',
    stateText: '',
    draft: EMPTY,
    clients: [] as { id: string; name: string }[],
    clientPlace: 0,
    clientName: '',
    kinds: [] as string[],
    kindPlace: 0,
    kindName: '',
    past: [] as { id: string; title: string; note: string }[],
    result: null as { tone: string; title: string; text: string } | null,
    trouble: '',
    isMore: false,
    isBusy: false,
  },

  onShow() {
    if (!isLoggedIn()) return
    this.setData({ w: words(), kinds: KINDS.map((kind) => incidentWords()[kind]) })
    title(words().title)
    void this.load()
  },

  async load() {
    await show(this, async () => {
      const about = await around()
      const clients = Object.values(about.value.clients).map(({ id }) => ({ id, name: clientName(id, about.value) }))
      const visit = begunVisit()
      const fresh = { ...EMPTY, id: newId(phoneNow()), clientId: visit?.client_id ?? (clients.length === 1 ? (clients[0]?.id ?? '') : ''), visitId: visit?.id ?? null, time: timeOf(phoneNow()) }
      this.setData({ clients })
      this.change(draft<IncidentDraft>('incident') ?? fresh)
      void this.loadPast()
      return { data: {}, seen: about }
    })
  },

  /** Beside the form, which works without it. */
  async loadPast() {
    try {
      const found = await seen('incidents', () => getAll('/api/v1/incidents'))
      const own = found.value.filter(({ reported_by }) => reported_by === current()?.account_id).slice(-3).reverse()
      this.setData({ past: own.map(({ id, kind, occurred_at, state }) => ({ id, title: incidentWords()[kind], note: `${dayOf(Date.parse(occurred_at)).slice(5)} ${timeOf(occurred_at)} · ${words()[state]}` })) })
    } catch {
      this.setData({ past: [] })
    }
  },

  change(changed: Partial<IncidentDraft>) {
    const next = { ...this.data.draft, ...changed }
    const { clients } = this.data
    const clientPlace = Math.max(0, clients.findIndex(({ id }) => id === next.clientId))
    const clientName = clients.find(({ id }) => id === next.clientId)?.name ?? words().choose
    const kindName = next.kind ? incidentWords()[next.kind] : words().choose
    if (next.place || next.done) this.more()
    this.setData({ draft: next, clientPlace, clientName, kindPlace: Math.max(0, KINDS.indexOf(next.kind || 'fall')), kindName, trouble: '' })
  },
  more() {
    this.setData({ isMore: true })
  },
  edit(changed: Partial<IncidentDraft>) {
    this.change(changed)
    keepDraft('incident', this.data.draft)
  },
  pickClient({ detail }: WechatMiniprogram.PickerChange) {
    const client = this.data.clients[Number(detail.value)]
    if (client) this.edit({ clientId: client.id, visitId: begunVisit()?.client_id === client.id ? (begunVisit()?.id ?? null) : null })
  },
  pickKind({ detail }: WechatMiniprogram.PickerChange) {
    this.edit({ kind: KINDS[Number(detail.value)] ?? '' })
  },
  pickTime({ detail }: WechatMiniprogram.PickerChange) {
    this.edit({ time: String(detail.value) })
  },
  typed({ currentTarget, detail }: WechatMiniprogram.Input) {
    this.edit({ [String(currentTarget.dataset['part'])]: detail.value })
  },

  /** Kept on the phone first: a report outlives the network and the app. */
  async send() {
    if (this.data.isBusy) return
    const lacks = incidentLacks(this.data.draft)
    if (lacks) return this.setData({ trouble: words()[LACKS[lacks]] })
    this.setData({ isBusy: true })
    const { id, saved } = add('incident', incidentRecord(this.data.draft, instantOf(this.data.draft.time, dayOf(now()), now())))
    if (saved) forgetDraft('incident')
    await Promise.race([flush(), new Promise((resolve) => setTimeout(resolve, ANSWER_WITHIN_MS))])
    pump()
    this.setData({ isBusy: false, result: resultOf(await incidentHeard(id), saved, find(id)?.answer?.message ?? '') })
  },

  openHelp() {
    open('/pages/help/index')
  },
})

function resultOf(heard: Heard, saved: boolean, message: string) {
  const w = words()
  if (!saved) return { tone: 'bad', title: w.kept, text: common().storageFull }
  return {
    kept: { tone: 'warn', title: w.kept, text: w.keptText },
    stuck: { tone: 'bad', title: w.refused, text: message },
    nobody: { tone: 'bad', title: w.nobody, text: w.nobodyText },
    told: { tone: 'good', title: w.sent, text: w.sentText },
  }[heard]
}
