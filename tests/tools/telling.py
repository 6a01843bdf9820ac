"""What a worker tells the process that leads it of each test, in few messages.

By itself it tells six times: of the beginning, of setting up, call and tearing down,
and twice of the end. To write, read and keep all that costs as much as what a short
test does. Of a test that passed, the call is enough.
"""


def is_brief(config):
    """Tell whether this is a worker, of whose passed tests nothing more is asked."""
    option = config.option
    asked = (
        option.verbose > 0,
        option.xmlpath,
        option.durations is not None,
        option.hypothesis_show_statistics,
        set("AP") & set(option.reportchars),  # what they wrote, too
    )
    return hasattr(config, "workerinput") and not any(asked)


def worth_telling(reports):
    """Return those of *reports*, all of a test's in their order, that are told."""
    if all(one.passed for one in reports):
        return [one for one in reports if one.when == "call"]
    return reports
