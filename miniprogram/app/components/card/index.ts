Component({ properties: { title: String, note: String } })
