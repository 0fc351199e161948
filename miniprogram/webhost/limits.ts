/** What WeChat refuses of a dialog: it is not drawn then, and `fail` is called. */

const BUTTON = 4
const LINES = 6

export function modalFault(asked: { confirmText?: string; cancelText?: string }): string | undefined {
  const long = (['confirmText', 'cancelText'] as const).find((name) => [...(asked[name] ?? '')].length > BUTTON)
  return long && `showModal:fail ${long} length should not larger than ${BUTTON} Chinese characters`
}

export function sheetFault({ itemList }: { itemList: readonly string[] }): string | undefined {
  return itemList.length > LINES ? `showActionSheet:fail parameter error: itemList should not be larger than ${LINES}` : undefined
}
