"""GS co-stream sessions: one master phone, many followers."""
