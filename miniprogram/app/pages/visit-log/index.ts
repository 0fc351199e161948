import { told } from '../../lib/door-writes'
import { onChange, records } from '../../lib/outbox'
import { isLoggedIn, show } from '../../lib/page'
import { back, forget, keep, open, read, title, toast } from '../../lib/platform'
import { takePhotos } from '../../lib/photos'
import { stateWords } from '../../lib/record-words'
import { common, fill, wording } from '../../lib/texts'
import { visitOf } from '../../lib/visit-of'
import { doubtful, SIGNS, signsOf, type Sign, type Typed } from '../../lib/vitals'

const MOST_PHOTOS = 6
const words = wording(
  {
    title: '核对、体征、留言、照片',
    checks: '服务前核对',
    checksNote: '身份、风险、医保凭证',
    done: '已记下',
    photos: '照片',
    photosNote: '先存在手机里，有网时自己发出去',
    take: '拍一张',
    tooLarge: '照片太大，请再拍一次',
    note: '留言给下一位',
    noteHint: '吃得怎么样、有什么变化、下次要注意什么',
    signs: '体征（量了就填）',
    temperature: '体温 ℃',
    upper: '血压 高',
    lower: '血压 低',
    pulse: '脉搏',
    glucose: '血糖 mmol/L',
    oxygen: '血氧 %',
    signsTold: '体征已记下',
    lookAgain: '请再看一眼：{names}',
    save: '记下',
    saved: '已记下',
  },
  {
    title: 'Checks, signs, note, photos',
    checks: 'Checks before service',
    checksNote: 'Identity, risks, voucher',
    done: 'recorded',
    photos: 'Photos',
    photosNote: 'Kept on this phone and sent by themselves',
    take: 'Take one',
    tooLarge: 'The picture is too large, please take it again',
    note: 'Note for the next carer',
    noteHint: 'How she ate, what changed, what to mind',
    signs: 'Vital signs, where taken',
    temperature: 'Temperature ℃',
    upper: 'Pressure, upper',
    lower: 'Pressure, lower',
    pulse: 'Pulse',
    glucose: 'Glucose mmol/L',
    oxygen: 'Oxygen %',
    signsTold: 'Signs recorded',
    lookAgain: 'Please look again: {names}',
    save: 'Save',
    saved: 'Recorded',
  },
)

interface Draft {
  typed: Typed
  note: string
}

Page({
  data: {
    w: words(),
    look: '',
    state: 'loading',
    stateText: '',
    id: '',
    checksNote: '',
    photos: [] as { path: string; state: string }[],
    most: MOST_PHOTOS,
    typed: {} as Typed,
    note: '',
    signs: [] as { name: Sign; label: string; type: string }[],
    problem: '',
    told: '',
    areSignsTold: false,
  },
  shown: {} as Record<string, string>,
  stop: () => undefined as unknown,

  onLoad({ id = '' }: Record<string, string | undefined>) {
    const draft = read<Draft>(`draft:${id}`)
    this.setData({ id, typed: draft?.typed ?? {}, note: draft?.note ?? '' })
    this.stop = onChange(() => this.draw())
  },
  onUnload() {
    this.stop()
  },
  onShow() {
    if (!isLoggedIn()) return
    title(words().title)
    void this.load()
  },
  async load() {
    await show(this, async () => {
      const { seen } = await visitOf(this.data.id)
      const w = words()
      const signs = SIGNS.map(({ name }) => ({ name, label: w[name], type: name === 'temperature' || name === 'glucose' ? 'digit' : 'number' }))
      this.draw()
      return { data: { w, signs }, seen }
    })
  },

  draw() {
    const { id } = this.data
    const own = records().filter(({ visitId, record }) => visitId === id || record['fact_id'] === id)
    const pictures = own.filter(({ kind }) => kind === 'photo')
    this.setData({
      checksNote: own.some(({ kind }) => kind === 'checks') ? words().done : words().checksNote,
      areSignsTold: own.some(({ kind }) => kind === 'vital_signs'),
      told: own.flatMap(({ kind, record }) => (kind === 'shift_note' ? [String(record['text'])] : [])).join('\n'),
      photos: pictures.map((kept) => ({ path: kept.file ?? this.shown[kept.id] ?? '', state: stateWords()[kept.file && kept.state !== 'stuck' ? 'kept' : kept.state] })),
    })
  },

  openChecks() {
    open(`/pages/checks/index?id=${this.data.id}`)
  },

  async takePhoto() {
    try {
      const taken = await takePhotos(this.data.id, 'care', MOST_PHOTOS - this.data.photos.length)
      Object.assign(this.shown, taken.shown)
      if (taken.tooLarge) toast(words().tooLarge)
      if (!taken.saved) toast(common().storageFull)
    } catch (error) {
      if ((error as { kind?: string }).kind !== 'storage_full') throw error
      toast(common().storageTight)
    }
    this.draw()
  },

  typeSign({ currentTarget, detail }: WechatMiniprogram.Input) {
    this.keepDraft({ typed: { ...this.data.typed, [String(currentTarget.dataset['name'])]: detail.value }, note: this.data.note })
  },
  typeNote({ detail }: WechatMiniprogram.Input) {
    this.keepDraft({ typed: this.data.typed, note: detail.value })
  },
  /** What is typed survives the end of the app. */
  keepDraft(draft: Draft) {
    this.setData({ ...draft, problem: '' })
    try {
      keep(`draft:${this.data.id}`, draft)
    } catch {
      // No room for a draft: it is on the screen, and saving says so.
    }
  },

  save() {
    const { typed, note, id, w } = this.data
    const wrong = doubtful(typed)
    if (wrong.length) return this.setData({ problem: fill(w.lookAgain, { names: wrong.map((name) => w[name]).join('、') }) })
    const signs = signsOf(typed)
    const text = note.trim()
    if (!signs && !text) return back()
    const added = [...(signs ? [told('vital_signs', { signs }, id)] : []), ...(text ? [told('shift_note', { text }, id)] : [])]
    const saved = added.every((each) => each.saved)
    forget(`draft:${id}`)
    toast(saved ? w.saved : common().storageFull)
    back()
  },
})
