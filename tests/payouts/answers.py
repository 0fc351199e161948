"""The bank's files for a batch, written from its 代发 file; a test changes one cell."""

import csv
import io

ANSWER_COLUMNS = ["序号", "流水号", "户名", "金额(元)", "处理结果", "银行流水号", "原因代码", "原因", "清算日期"]


def answer_rows(
    daifa: bytes,
    *,
    outcomes: tuple[str, ...] = (),
    only: tuple[int, ...] | None = None,
    settled: str = "20261202",
    reason: str = "户名不符",
):
    """Rows of an answer: by default everything paid; `outcomes` by line, `only` some lines (for returns)."""
    sent = list(csv.reader(io.StringIO(daifa.decode("gb18030"))))
    header, lines = sent[0], sent[2:]
    chosen = [line for place, line in enumerate(lines) if only is None or place in only]
    total = f"{sum(float(line[7]) for line in chosen):.2f}"
    rows = [["批号", header[1], "笔数", str(len(chosen)), "总金额(元)", total], list(ANSWER_COLUMNS)]
    for place, line in enumerate(chosen):
        outcome = outcomes[place] if place < len(outcomes) else "成功"
        why = reason if outcome in ("失败", "退票") else ""
        rows.append([str(place + 1), line[1], line[2], line[7], outcome, f"BK{place}", "", why, settled])
    return rows


def as_file(rows, encoding: str = "gb18030") -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode(encoding)


def an_answer(daifa: bytes, *outcomes: str) -> bytes:
    return as_file(answer_rows(daifa, outcomes=outcomes))


def a_returns_file(daifa: bytes, *only: int) -> bytes:
    return as_file(answer_rows(daifa, outcomes=("退票",) * len(only), only=only))
