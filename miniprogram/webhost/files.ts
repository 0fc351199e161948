/** Files as WeChat has them: keeping a temporary one moves it, so that it is at its first path no more. */

type Shelf = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>
const KEPT = 'wxfile://'

/** Kept files are text on the shelf, so that they outlive the page. */
export class Files {
  private readonly temporary = new Map<string, Blob>()
  constructor(private readonly shelf: Shelf) {}

  /** A file that was chosen; answers its path. */
  add(file: Blob): string {
    const path = URL.createObjectURL(file)
    this.temporary.set(path, file)
    return path
  }

  async keep(path: string): Promise<{ savedFilePath: string }> {
    const file = this.temporary.get(path)
    if (!file) throw new Error('saveFile:fail tempFilePath file not exist')
    const bytes = new Uint8Array(await file.arrayBuffer())
    const savedFilePath = KEPT + crypto.randomUUID()
    this.shelf.setItem(savedFilePath, btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')))
    this.temporary.delete(path)
    URL.revokeObjectURL(path)
    return { savedFilePath }
  }

  async read(path: string): Promise<{ data: ArrayBuffer }> {
    const text = this.shelf.getItem(path)
    if (text !== null) return { data: Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer }
    const file = this.temporary.get(path)
    if (!file) throw new Error('readFile:fail no such file or directory')
    return { data: await file.arrayBuffer() }
  }

  forget(path: string): void {
    this.shelf.removeItem(path)
  }

  /** What a browser's picture can show of a path; one that is gone stays what it is, and the browser says so. */
  addressOf(path: string): string {
    const text = path.startsWith(KEPT) ? this.shelf.getItem(path) : null
    return text === null ? path : `data:image/jpeg;base64,${text}`
  }
}
