import { get, post, type Schemas } from '../../lib/api'
import { whyNotSent } from '../../lib/asking'
import { seen } from '../../lib/cache'
import { chosenDetail, may, ownExtent } from '../../lib/cared'
import { dayOf, now, phoneNow } from '../../lib/clock'
import { dayWords } from '../../lib/guardian-visits'
import { newId } from '../../lib/ids'
import { isLoggedIn, show } from '../../lib/page'
import { confirm, title } from '../../lib/platform'
import { fill, wording } from '../../lib/texts'

const words = wording(
  {
    title: '授权',
    about: '关于{name}',
    none: '没有要问您的',
    open: '还没有回答',
    given: '{day}同意的',
    withdrawn: '{day}没有同意',
    again: '文字改过，请再看一遍',
    give: '同意',
    refuse: '不同意',
    withdraw: '收回同意',
    sure: '收回以后：',
    yes: '收回',
    no: '不收回',
    notYours: '您登记的权限不包括签字，这里只能看。',
  },
  {
    title: 'Consents',
    about: 'About {name}',
    none: 'Nothing is asked of you',
    open: 'not answered yet',
    given: 'agreed {day}',
    withdrawn: 'not agreed {day}',
    again: 'the words have changed, please read again',
    give: 'Agree',
    refuse: 'Do not agree',
    withdraw: 'Take it back',
    sure: 'Afterwards: ',
    yes: 'Yes',
    no: 'No',
    notYours: 'Your registered power does not cover signing; you can read only.',
  },
)

Page({
  data: { w: words(), look: '', state: 'loading', stateText: '', about: '', why: '', lines: [] as ReturnType<typeof lineOf>[], trouble: '', isBusy: false },
  clientId: '',
  keys: {} as Record<string, string>,

  onShow() {
    if (!isLoggedIn()) return
    this.setData({ w: words() })
    title(words().title)
    void this.load()
  },

  async load() {
    await show(this, async () => {
      const people = await chosenDetail()
      const { client, detail } = people.value
      if (!client || !detail) return { data: { about: '', lines: [] }, seen: people }
      this.clientId = client.id
      const found = await seen(`consents:${client.id}`, () => get('/api/v1/clients/{client_id}/consents', { path: { client_id: client.id } }))
      return {
        data: {
          about: fill(words().about, { name: client.person.name }),
          why: may(ownExtent(detail), 'sign') ? '' : words().notYours,
          lines: found.value.items.map(lineOf),
        },
        seen: found,
      }
    })
  },

  async give({ currentTarget }: WechatMiniprogram.BaseEvent) {
    await this.answer(String(currentTarget.dataset['purpose']), true)
  },
  async refuse({ currentTarget }: WechatMiniprogram.BaseEvent) {
    const line = this.data.lines.find(({ purpose }) => purpose === currentTarget.dataset['purpose'])
    if (!line) return
    const w = words()
    if (line.holds && !(await confirm(line.title, w.sure + line.without, w.yes, w.no))) return
    await this.answer(line.purpose, false)
  },
  /** For the version that is on the screen: other words are another question. */
  async answer(purpose: string, is_given: boolean) {
    const line = this.data.lines.find((each) => each.purpose === purpose)
    if (!line || this.data.isBusy) return
    const wish = `${purpose} ${is_given}`
    this.setData({ isBusy: true, trouble: '' })
    try {
      const body = { purpose: line.purpose, version: line.version, is_given }
      await post('/api/v1/clients/{client_id}/consents', body, { path: { client_id: this.clientId }, key: (this.keys[wish] ??= newId(phoneNow())) })
      delete this.keys[wish]
      await this.load()
    } catch (error) {
      this.setData({ trouble: whyNotSent(error) })
    }
    this.setData({ isBusy: false })
  },
})

function lineOf({ text, answer, holds }: Schemas['Consent']) {
  const w = words()
  const day = answer ? dayWords(dayOf(Date.parse(answer.recorded_at)), dayOf(now())) : ''
  const isOld = answer !== null && answer.version !== text.version
  const state = !answer ? w.open : isOld ? w.again : fill(holds ? w.given : w.withdrawn, { day })
  return { purpose: text.purpose, version: text.version, title: text.title, text: text.text, without: text.without, holds, isAnswered: answer !== null && !isOld, state, tone: holds ? 'good' : 'plain' }
}
