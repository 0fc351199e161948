import { getAll, post } from '../../lib/api'
import { whyNotSent } from '../../lib/asking'
import { seen } from '../../lib/cache'
import { agreementOn, chosenDetail } from '../../lib/cared'
import { dayOf, iso, now, phoneNow } from '../../lib/clock'
import { draftOf, dropDraft, keepDraft, KINDS, toldOf, type Complaint, type Draft } from '../../lib/complaining'
import { dayWords } from '../../lib/guardian-visits'
import { isLoggedIn, show } from '../../lib/page'
import { buzz, title } from '../../lib/platform'
import { fill, wording } from '../../lib/texts'

const words = wording(
  {
    title: '投诉',
    to: '向谁说？',
    agency: '机构',
    fund: '医保经办',
    agencyText: '机构来处理，医保经办机构也看得到。',
    fundText: '只有医保经办机构知道，机构和护理员不知道。',
    about: '说的是什么事？点这里选',
    service_poor: '服务不好',
    not_coming: '不按时来',
    record_false: '记录和实际不一样',
    money_asked: '另外收钱',
    attitude: '态度不好',
    payment: '补助或费用',
    other: '别的事',
    text: '请写下来',
    hint: '哪一天、谁、发生了什么',
    send: '发出',
    sent: '收到了',
    sentText: '最晚 {day} 有答复，答复会写在这里。',
    before: '说过的',
    open: '最晚 {day} 答复',
    late: '过了 {day} 还没答复，可以打 12393',
    answered: '已答复',
    upheld: '属实，已处理',
    not_upheld: '没有发现问题',
    settled: '已经说清',
    gone: '原文已按期限删除',
  },
  {
    title: 'Complaint',
    to: 'Whom do you tell?',
    agency: 'The agency',
    fund: 'The fund',
    agencyText: 'The agency deals with it; the fund sees it too.',
    fundText: 'Only the fund knows; agency and carer do not.',
    about: 'What is it about? Tap to choose',
    service_poor: 'Poor service',
    not_coming: 'Does not come on time',
    record_false: 'The record is not as it was',
    money_asked: 'Asks for money besides',
    attitude: 'Unfriendly',
    payment: 'Subsidy or fees',
    other: 'Something else',
    text: 'Please write it down',
    hint: 'Which day, who, what happened',
    send: 'Send',
    sent: 'Received',
    sentText: 'An answer comes by {day} and is written here.',
    before: 'Told before',
    open: 'answer by {day}',
    late: 'no answer by {day}: you can call 12393',
    answered: 'answered',
    upheld: 'found true and dealt with',
    not_upheld: 'nothing wrong found',
    settled: 'settled',
    gone: 'The words were deleted when their time was over',
  },
)

Page({
  data: {
    w: words(),
    look: '',
    state: 'loading',
    stateText: '',
    name: '',
    hasAgency: false,
    draft: { id: '', to: 'agency', kind: '', text: '' } as Draft,
    kinds: [] as string[],
    kindText: '',
    isComplete: false,
    lines: [] as object[],
    told: '',
    trouble: '',
    isBusy: false,
  },
  clientId: '',
  agencyId: undefined as string | undefined,

  onShow() {
    if (!isLoggedIn()) return
    this.setData({ told: '', w: words(), kinds: KINDS.map((kind) => words()[kind]) })
    title(words().title)
    void this.load()
  },

  async load() {
    await show(this, async () => {
      const people = await chosenDetail()
      const { client, detail } = people.value
      if (!client || !detail) return { data: { name: '', lines: [] }, seen: people }
      this.clientId = client.id
      this.agencyId = agreementOn(detail, dayOf(now()))?.agency_id
      const found = await seen('complaints', () => getAll('/api/v1/complaints'))
      const own = found.value.filter(({ client_id }) => client_id === client.id).sort((a, b) => b.occurred_at.localeCompare(a.occurred_at))
      this.setDraft(draftOf(client.id, phoneNow()))
      return { data: { name: client.person.name, hasAgency: this.agencyId !== undefined, lines: own.map(lineOf) }, seen: found }
    })
  },

  setDraft(draft: Draft) {
    keepDraft(this.clientId, draft)
    const isComplete = toldOf(draft, this.clientId, this.agencyId, '') !== undefined
    this.setData({ draft, isComplete, kindText: draft.kind ? words()[draft.kind] : '' })
  },
  chooseTo({ currentTarget }: WechatMiniprogram.BaseEvent) {
    this.setDraft({ ...this.data.draft, to: currentTarget.dataset['to'] as Draft['to'] })
  },
  chooseKind({ detail }: WechatMiniprogram.CustomEvent<{ value: number }>) {
    this.setDraft({ ...this.data.draft, kind: KINDS[Number(detail.value)] ?? '' })
  },
  typed({ detail }: WechatMiniprogram.Input) {
    this.setDraft({ ...this.data.draft, text: detail.value })
  },

  async send() {
    const body = toldOf(this.data.draft, this.clientId, this.agencyId, iso(phoneNow()))
    if (!body || this.data.isBusy) return
    this.setData({ isBusy: true, trouble: '', told: '' })
    try {
      const { due_on } = await post('/api/v1/complaints', body)
      buzz()
      dropDraft(this.clientId)
      this.setData({ told: fill(words().sentText, { day: dayWords(due_on, dayOf(now())) }) })
      await this.load()
    } catch (error) {
      this.setData({ trouble: whyNotSent(error) })
    }
    this.setData({ isBusy: false })
  },
})

function lineOf(complaint: Complaint) {
  const w = words()
  const day = dayWords(complaint.due_on, dayOf(now()))
  const open = complaint.is_overdue ? w.late : w.open
  return {
    id: complaint.id,
    title: `${w[complaint.kind]} · ${w[complaint.to]}`,
    text: complaint.text ?? w.gone,
    state: complaint.outcome ? w[complaint.outcome] : fill(open, { day }),
    tone: complaint.outcome ? 'good' : complaint.is_overdue ? 'bad' : 'wait',
    answer: complaint.answer ?? '',
  }
}
