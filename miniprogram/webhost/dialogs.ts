/** WeChat's own dialogs, drawn by the host. */

/** A box with buttons, the main one first; answers which was pressed and what was typed. */
export function box(title: string, text: string, buttons: string[], more: { hasField?: boolean } = {}): Promise<{ place: number; text: string }> {
  return new Promise((resolve) => {
    const [veil, inside] = veiled('dialog')
    inside.append(made('h2', title), made('p', text))
    const field = document.createElement('input')
    if (more.hasField) inside.append(field)
    const row = inside.appendChild(made('div', ''))
    row.className = 'row'
    for (const [place, name] of buttons.entries()) {
      const button = made('button', name)
      button.addEventListener('click', () => (veil.remove(), resolve({ place, text: field.value })))
      row.prepend(button)
    }
  })
}

/** Lines to choose from; undefined when none was. */
export function sheet(title: string, lines: string[]): Promise<number | undefined> {
  return new Promise((resolve) => {
    const [veil, inside] = veiled('dialog')
    veil.classList.add('low')
    if (title) inside.append(made('h2', title))
    for (const [place, name] of [...lines, '取消'].entries()) {
      const button = made('button', name)
      button.addEventListener('click', () => (veil.remove(), resolve(place < lines.length ? place : undefined)))
      inside.append(button)
    }
  })
}

export function toast(text: string): void {
  const shown = document.body.appendChild(made('div', text))
  shown.className = 'host-toast'
  shown.setAttribute('role', 'status')
  setTimeout(() => shown.remove(), 2500)
}

function veiled(role: string): [HTMLElement, HTMLElement] {
  const veil = document.body.appendChild(made('div', ''))
  veil.className = 'host-veil'
  // The click that follows the tap which opened it is not an answer.
  veil.style.pointerEvents = 'none'
  setTimeout(() => (veil.style.pointerEvents = ''), 80)
  const inside = veil.appendChild(made('div', ''))
  inside.className = 'host-box'
  inside.setAttribute('role', role)
  return [veil, inside]
}

function made(tag: string, text: string): HTMLElement {
  const element = document.createElement(tag)
  element.textContent = text
  return element
}
