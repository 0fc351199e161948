import { get, post, type Schemas } from '../../lib/api'
import { askOnce } from '../../lib/asking'
import { seen } from '../../lib/cache'
import { dayOf } from '../../lib/clock'
import { dateWord } from '../../lib/own-work'
import { isLoggedIn, sentence, show } from '../../lib/page'
import { confirm, title } from '../../lib/platform'
import { fill, wording } from '../../lib/texts'

const words = wording(
  {
    title: '授权', none: '没有要问您的', open: '还没有回答', given: '{day}同意的', withdrawn: '{day}没有同意', again: '文字改过，请再看一遍',
    give: '同意', withdraw: '收回同意', refuse: '不同意', sure: '收回以后：{without}', sureTitle: '收回同意？', yes: '收回', no: '不收回', without: '不同意的话：{without}',
  },
  {
    title: 'Consents', none: 'Nothing is asked of you', open: 'not answered yet', given: 'agreed {day}', withdrawn: 'not agreed {day}', again: 'the words have changed, please read again',
    give: 'Agree', withdraw: 'Take it back', refuse: 'Do not agree', sure: 'Afterwards: {without}', sureTitle: 'Take it back?', yes: 'Yes', no: 'No', without: 'Without it: {without}',
  },
)

type Consent = Schemas['Consent']

Page({
  data: { w: words(), look: '', state: 'loading', stateText: '', lines: [] as ReturnType<typeof lineOf>[], trouble: '', isBusy: false },
  keys: {} as Record<string, string>,

  onShow() {
    if (!isLoggedIn()) return
    this.setData({ w: words() })
    title(words().title)
    void this.load()
  },

  async load() {
    await show(this, async () => {
      const found = await seen('consents', () => get('/api/v1/consents'))
      return { data: { lines: found.value.items.map(lineOf) }, seen: found }
    })
  },

  async give({ currentTarget }: WechatMiniprogram.BaseEvent) {
    await this.answer(Number(currentTarget.dataset['place']), true)
  },

  async refuse({ currentTarget }: WechatMiniprogram.BaseEvent) {
    const line = this.data.lines[Number(currentTarget.dataset['place'])]
    if (!line) return
    const { sureTitle, sure, yes, no } = words()
    if (line.holds && !(await confirm(sureTitle, fill(sure, { without: line.without }), yes, no))) return
    await this.answer(Number(currentTarget.dataset['place']), false)
  },

  /** One key for each wish: sent again it is the same answer. */
  async answer(place: number, is_given: boolean) {
    const line = this.data.lines[place]
    if (!line || this.data.isBusy) return
    const { purpose, version } = line
    this.setData({ isBusy: true, trouble: '' })
    try {
      await askOnce(this.keys, `${purpose}:${version}:${is_given}`, (key) => post('/api/v1/consents', { purpose, version, is_given }, { key }))
      await this.load()
    } catch (error) {
      this.setData({ trouble: sentence(error) })
    }
    this.setData({ isBusy: false })
  },
})

function lineOf({ text, answer, holds }: Consent) {
  const w = words()
  const isOld = answer !== null && answer.version !== text.version
  const isOpen = answer === null || isOld
  const { purpose, version, title: name, text: body, without } = text
  return {
    purpose, version, name, body, without, holds, isOpen,
    state: stateOf(answer, isOld),
    tone: isOpen ? 'wait' : holds ? 'good' : 'plain',
    withoutText: fill(w.without, { without }),
    refuseText: holds ? w.withdraw : w.refuse,
    mayRefuse: holds || isOpen,
  }
}

function stateOf(answer: Consent['answer'], isOld: boolean): string {
  const w = words()
  if (!answer) return w.open
  return isOld ? w.again : fill(answer.is_given ? w.given : w.withdrawn, { day: dateWord(dayOf(Date.parse(answer.recorded_at))) })
}
