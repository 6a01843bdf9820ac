"""From its start to the first answer, and what a process takes that does nothing."""

from statistics import median

from tests.bench.process import subject
from tests.bench.table import Goal, Section, grid, ratio
from tests.bench.world import world

A1, LADEN, B, LEAN, BOT = "A1", "A1 + libraries", "B", "lean + row", "bot"
PEERS = {
    A1: "tests.bench.peers.bare",
    LADEN: "tests.bench.peers.laden",
    B: "tests.bench.peers.obvious",
    LEAN: "tests.bench.peers.lean",
    BOT: "bot",
}


async def life(scale):
    """Measure starting up and idle memory; return the section."""
    took, memory = ({peer: [] for peer in PEERS} for _ in range(2))
    async with world() as one:
        for turn in range(scale.lives):
            for peer in [*PEERS][::-1] if turn % 2 else PEERS:
                async with subject(PEERS[peer], one) as process:
                    await process.rests()
                    if turn or scale.lives == 1:  # the first makes byte-code
                        took[peer].append(process.took)
                        memory[peer].append(process.rss())
    section = Section("Starting, and idle memory")
    section.add(
        Goal("start-up to the first answer, against A1", 1.7),
        ratio(took[BOT], took[A1]),
        f"{1e3 * median(took[BOT]):.0f} ms to {1e3 * median(took[A1]):.0f} ms",
    )
    section.add(
        Goal("idle RSS, against B", 1.2),
        ratio(memory[BOT], memory[B]),
        f"{median(memory[BOT]) / 1e6:.0f} MB to {median(memory[B]) / 1e6:.0f} MB",
    )
    section.add(
        Goal("start-up to the first answer, empty journal", 0.8, " s"),
        median(took[BOT]),
    )
    rows = [
        [peer, f"{1e3 * median(took[peer]):.0f}", f"{median(memory[peer]) / 1e6:.0f}"]
        for peer in PEERS
    ]
    section.lines.append(grid(["", "start-up ms", "RSS MB"], rows))
    return section
