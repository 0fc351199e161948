/** A state in a word. Tones: plain, kept, sent, good, wait, bad. */
Component({ properties: { text: String, tone: { type: String, value: 'plain' } } })
