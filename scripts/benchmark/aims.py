"""When a ratio of subject to reference is good enough."""

# Of all others, less is better.
MORE_IS_BETTER = {"rps"}


def worsened(figure, ratio, allowed):
    """By what part a ratio is worse than what is allowed; negative if it is better."""
    if figure in MORE_IS_BETTER:
        return allowed / max(ratio, 1e-9) - 1
    return ratio / max(allowed, 1e-9) - 1


def bound(figure, allowed, slack):
    """The worst ratio that is still taken when a part of SLACK may be lost to noise."""
    return allowed / (1 + slack) if figure in MORE_IS_BETTER else allowed * (1 + slack)


def holds(figure, ratio, aim):
    """Whether an aim is met, without any allowance."""
    return worsened(figure, ratio, aim) <= 0


def sign(figure):
    """How an aim of this figure is written."""
    return "≥" if figure in MORE_IS_BETTER else "≤"
