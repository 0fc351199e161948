import { getAll } from '../../lib/api'
import { seen } from '../../lib/cache'
import { dayOf, now, timeOf } from '../../lib/clock'
import { draft, forgetDraft, keepDraft } from '../../lib/drafts'
import { begunVisit } from '../../lib/helping'
import { clientsToReport, freshIncident, incidentLacks, incidentRecord, incidentWords, instantOf, isHeardByNobody, KINDS, type IncidentDraft } from '../../lib/incidents'
import { add } from '../../lib/outbox'
import { isLoggedIn, show } from '../../lib/page'
import { open, title } from '../../lib/platform'
import { becameTold, refusalOf, sendAndHear, type Became, type BecameTold } from '../../lib/sending'
import { current } from '../../lib/session'
import { wording } from '../../lib/texts'

const words = wording(
  {
    title: '报告意外', lead: '有生命危险，先打 120。', help: '去求助', who: '是哪一位', kind: '出了什么事', when: '几点', choose: '点这里选',
    happened: '经过', happenedHint: '看到了什么，人现在怎么样', place: '在哪里', more: '再写在哪里、做了什么', placeHint: '例如：卫生间', done: '做了什么', doneHint: '例如：扶起来，打了电话给女儿',
    send: '报告', sent: '机构收到了', sentText: '机构会看，有问题会打给您。',
    lackClient: '请选是哪一位。', lackKind: '请选出了什么事。', lackHappened: '请写一句经过。', nobody: '请直接打电话', nobodyText: '报告存到后台了，但是现在没有机构负责，请自己打电话说。',
    past: '报告过的', open: '机构还没看', acknowledged: '机构看过了', noClients: '没有找到服务对象，请打电话给机构。',
  },
  {
    title: 'Report an incident', lead: 'If a life is in danger, call 120 first.', help: 'To the call for help', who: 'Who', kind: 'What happened', when: 'When', choose: 'choose',
    happened: 'How it was', happenedHint: 'what you saw, how the person is now', place: 'Where', more: 'Add where, and what was done', placeHint: 'such as the bathroom', done: 'What was done', doneHint: 'such as: helped up, called the daughter',
    send: 'Report', sent: 'The agency has it', sentText: 'They look into it and call you if needed.',
    lackClient: 'Please choose who.', lackKind: 'Please choose what happened.', lackHappened: 'Please write a sentence.', nobody: 'Please call yourself', nobodyText: 'The server has the report, but no agency answers for this client now: please call.',
    past: 'Reported before', open: 'not seen yet', acknowledged: 'seen by the agency', noClients: 'No client was found; please call the agency.',
  },
)

const LACKS = { client: 'lackClient', kind: 'lackKind', happened: 'lackHappened' } as const
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
    result: null as BecameTold | null,
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
      const found = await clientsToReport()
      this.setData({ clients: found.value })
      this.change(draft<IncidentDraft>('incident') ?? freshIncident(found.value, begunVisit()))
      void this.loadPast()
      return { data: {}, seen: found }
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
    const added = add('incident', incidentRecord(this.data.draft, instantOf(this.data.draft.time, dayOf(now()), now())))
    if (added.saved) forgetDraft('incident')
    const became = await sendAndHear(added)
    if (became === 'sent') forgetDraft('incident')
    this.setData({ isBusy: false, result: await resultOf(became, added.id) })
  },

  openHelp() {
    open('/pages/help/index')
  },
})

async function resultOf(became: Became, id: string): Promise<BecameTold> {
  const w = words()
  if (became === 'sent' && (await isHeardByNobody(id))) return { tone: 'bad', title: w.nobody, text: w.nobodyText }
  return becameTold(became, { title: w.sent, text: w.sentText }, refusalOf(id))
}
