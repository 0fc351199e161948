"""A home tag as a sheet to print. Pure: it says nothing of the client, so a lost sheet tells nobody who lives where.

segno is loaded with the first sheet, as openpyxl is with the first workbook: a web server starts sooner without it.
"""

import io

SIDE_MM, CODE_MM = 80, 60


def tag_sheet(code: str) -> bytes:
    """An SVG of 80 by 100 mm: the QR code, what to do with it, and its last letters to tell tags apart."""
    import segno

    qr = segno.make_qr(code, error="q")
    drawn = io.BytesIO()
    qr.save(drawn, kind="svg", xmldecl=False, svgns=False, border=0, scale=CODE_MM / qr.symbol_size(border=0)[0])
    label = code.split(":")[2][-8:]
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" width="{SIDE_MM}mm" height="100mm" viewBox="0 0 {SIDE_MM} 100">
<rect width="100%" height="100%" fill="#fff"/>
<g font-family="Noto Sans CJK SC, Noto Sans SC, sans-serif" text-anchor="middle">
<text x="40" y="12" font-size="7">安护 入户码</text>
<text x="40" y="88" font-size="4">上门时用小程序扫一扫</text>
<text x="40" y="95" font-size="3">{label}</text>
</g>
<g transform="translate(10 18)">{drawn.getvalue().decode()}</g>
</svg>
""".encode()
