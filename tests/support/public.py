"""What a site for others has to say about itself, for tests of such sites."""

ORIGIN = "https://threads.example.org"
TOLD = {
    "public_origin": ORIGIN,
    "contact": "mailto:us@example.org",
    "takedown": "Write to us; we take pages down within a day.",
    "operator": "The Mill Society",
    "imprint": "The Mill Society\n1 Sluice Lane, Tidewater",
    "legal_basis": "Legitimate interest in quoting what is public.",
    "jurisdiction": "Portugal",
}
ENVIRON = {f"THREADLEAF_{name.upper()}": value for name, value in TOLD.items()}
