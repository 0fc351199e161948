import { get, isNoAnswer, isRefused, post } from '../../lib/api'
import { accountText } from '../../lib/bank-words'
import { lastSeen } from '../../lib/cache'
import { now, phoneNow } from '../../lib/clock'
import { cameBack, missingOf, type Account, type Payout } from '../../lib/family-money'
import { newId } from '../../lib/ids'
import { isLoggedIn, sentence, show } from '../../lib/page'
import { back, confirm, title } from '../../lib/platform'
import { fill, wording } from '../../lib/texts'

const words = wording(
  {
    title: '换卡',
    now: '现在的卡',
    none: '还没有卡',
    fresh: '新卡',
    own: '只能用您本人名下的卡。',
    number: '卡号',
    bankCode: '开户行号（12 位数字，可问银行或看存折）',
    bankName: '开户银行（可以不写）',
    save: '换成这张卡',
    sureTitle: '换成尾号 {tail} 的卡？',
    sure: '换好后等 {days} 天才发到新卡，防止别人乱改。',
    yes: '换卡',
    no: '不换',
    doneTitle: '记下了',
    back: '好',
    numberMissing: '请填卡号，12 到 30 位数字。',
    codeMissing: '请填开户行号，12 位数字。',
    offline: '没有网，还没换。填的都在，有网再点一次。',
  },
  {
    title: 'Change the card',
    now: 'The card now',
    none: 'No card yet',
    fresh: 'The new card',
    own: 'Only a card in your own name. ',
    number: 'Card number',
    bankCode: 'Bank branch number (12 digits; ask the bank or see the passbook)',
    bankName: 'Bank (may be left empty)',
    save: 'Use this card',
    sureTitle: 'Use the card ending in {tail}?',
    sure: 'Money goes there after {days} days, so that nobody else can change it unseen.',
    yes: 'Yes',
    no: 'Keep',
    doneTitle: 'Recorded',
    back: 'OK',
    numberMissing: 'Please enter the card number, 12 to 30 digits.',
    codeMissing: 'Please enter the branch number, 12 digits.',
    offline: 'No network, not changed yet. What you typed is still here; tap again later.',
  },
)

Page({
  data: {
    w: words(),
    look: '',
    state: 'loading',
    stateText: '',
    account: null as Account | null,
    accountText: '',
    holdDays: 0,
    waitText: '',
    number: '',
    bankCode: '',
    bankName: '',
    trouble: '',
    done: '',
    isBusy: false,
  },
  wish: { key: '', body: '' },

  onShow() {
    if (!isLoggedIn()) return
    this.setData({ w: words() })
    title(words().title)
    if (this.data.state !== 'ready') void this.load()
  },

  async load() {
    await show(this, async () => {
      const { account, hold_days: holdDays } = await get('/api/v1/bank-accounts/own')
      const isBack = cameBack(lastSeen<{ payouts: Payout[] }>('family-money')?.value.payouts ?? [], account)
      return { data: { account, holdDays, waitText: fill(words().sure, { days: holdDays }), accountText: accountText(account, now(), isBack) } }
    })
  },

  type({ currentTarget, detail }: WechatMiniprogram.Input) {
    this.setData({ [String(currentTarget.dataset['field'])]: detail.value })
  },

  async save() {
    const { w, number, bankCode, bankName, holdDays, isBusy } = this.data
    if (isBusy) return
    const missing = missingOf(number, bankCode)
    if (missing) return this.setData({ trouble: w[missing] })
    const tail = number.replace(/\D/g, '').slice(-4)
    if (!(await confirm(fill(w.sureTitle, { tail }), fill(w.sure, { days: holdDays }), w.yes, w.no))) return
    this.setData({ isBusy: true, trouble: '' })
    const body = { number, bank_code: bankCode.replace(/\s/g, ''), bank_name: bankName.trim() || null }
    try {
      const account = await post('/api/v1/bank-accounts/own', body, { key: this.keyOf(JSON.stringify(body)) })
      this.setData({ account, number: '', bankCode: '', bankName: '', done: accountText(account, now()) })
    } catch (error) {
      if (!isNoAnswer(error) && !isRefused(error)) throw error
      this.setData({ trouble: isNoAnswer(error) ? w.offline : sentence(error) })
    }
    this.setData({ isBusy: false })
  },

  /** The same wish keeps its key over tries; another one gets another. */
  keyOf(body: string): string {
    if (this.wish.body !== body) this.wish = { key: newId(phoneNow()), body }
    return this.wish.key
  },

  goBack() {
    back()
  },
})
