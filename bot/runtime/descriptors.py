"""How many files and sockets this process may have open at once.

Everything shares them: connections that come in, calls to Tencent and Slack, and the
journal's files. A process that has used up all of them can neither send a stop nor
write down what became of it, so some are kept in hand for those.
"""

import resource

MOST = 65_536  # more is of no use, and some systems allow a billion
IN_HAND = 64  # for Tencent, Slack and the journal


def raise_limit() -> int:
    """Let this process open as many as the system allows it; return how many."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST if hard == resource.RLIM_INFINITY else min(hard, MOST)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return limit()


def limit() -> int:
    """Return how many this process may open."""
    soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST if soft == resource.RLIM_INFINITY else soft


def first_in_hand() -> int:
    """Return the lowest descriptor that connections from outside may not have.

    The system gives out the lowest that is free: one as high as this says that no more
    than `IN_HAND` are left, or half of them where there are few.
    """
    return limit() - min(IN_HAND, limit() // 2)
