"""What holds for the spans of every text."""


def check_spans(text, spans):
    """Offsets in range, sorted by start, then by descending end; two spans nest or do not touch."""
    order = [(span.start, -span.end) for span in spans]
    assert order == sorted(order)
    ends = []
    for span in spans:
        assert 0 <= span.start < span.end <= len(text), span
        while ends and ends[-1] <= span.start:
            ends.pop()
        assert not ends or span.end <= ends[-1], (span, ends)
        ends.append(span.end)


def shown(text, spans):
    """Each span as (kind, its text, its value)."""
    return [(span.kind, text[span.start : span.end], span.value) for span in spans]
