"""Computes anew what simulatedEvaluations.ts printed, one group a line, with numpy and scipy; prints the counts.

Every number is ours = theirs (1e-8 relative to the sample's scale), or ours null with a reason. ICC by the mean squares of McGraw & Wong
1996 with scipy's F; a sample of the groups is asked of pingouin as well, where it is installed. Ends with 1 for a difference.
"""
import json
import sys
import warnings
from collections import Counter

import numpy as np
from scipy import stats

warnings.simplefilter("ignore")
np.seterr(all="ignore")
try:
    import pandas as pd
    import pingouin

    for option in ("round", "round.column.CI95"):
        pingouin.options[option] = None
except ImportError:
    pingouin = None

counts, differing = Counter(), []


def compare(name, ours, theirs, why=None, scale=1.0):
    if ours is None:
        counts["null with a reason" if why else "null without a reason"] += 1
        if not why:
            differing.append((name, ours, theirs))
        elif theirs is not None and np.isfinite(theirs):
            counts[f"null where the package has a number: {name}: {why}"] += 1
    elif theirs is None or not np.isfinite(theirs):
        counts[f"printed where the package has none: {name}"] += 1
    elif abs(ours - theirs) <= 1e-8 * max(scale, abs(theirs)):
        counts["equal"] += 1
    else:
        differing.append((name, ours, theirs))


def described(name, values, found):
    if found is None:
        counts["null with a reason" if not values else "null without a reason"] += 1
        return
    values = np.array(values)
    low, middle, high = np.percentile(values, [25, 50, 75])
    sd = np.std(values, ddof=1) if len(values) > 1 else None
    theirs = {"n": len(values), "mean": values.mean(), "median": middle, "q1": low, "q3": high, "min": values.min(), "max": values.max()}
    for key, value in theirs.items():
        compare(f"{name}.{key}", found[key], value)
    if sd is not None:
        compare(f"{name}.sd", found["sd"], sd, scale=np.abs(values).max())


def mean_squares(x):
    n, k = x.shape
    rows, columns, centre = x.mean(axis=1), x.mean(axis=0), x.mean()
    ms_r = k * np.sum((rows - centre) ** 2) / (n - 1)
    ms_c = n * np.sum((columns - centre) ** 2) / (k - 1)
    ms_e = np.sum((x - rows[:, None] - columns[None, :] + centre) ** 2) / ((n - 1) * (k - 1))
    return n, k, ms_r, ms_c, ms_e


def icc(x):
    n, k, r, c, e = mean_squares(x)
    a = (r - e) / (r + (k - 1) * e + k * (c - e) / n)
    f = c / e
    v = (k - 1) * (n - 1) * (k * a * f + n * (1 + (k - 1) * a) - k * a) ** 2 / ((n - 1) * k**2 * a**2 * f**2 + (n * (1 + (k - 1) * a) - k * a) ** 2)
    down, up = stats.f.ppf(0.975, n - 1, v), stats.f.ppf(0.975, v, n - 1)
    agreement = (a, n * (r - down * e) / (down * (k * c + (k * n - k - n) * e) + n * r), n * (up * r - e) / (k * c + (k * n - k - n) * e + n * up * r))
    low, high = r / e / stats.f.ppf(0.975, n - 1, (n - 1) * (k - 1)), r / e * stats.f.ppf(0.975, (n - 1) * (k - 1), n - 1)
    consistency = ((r - e) / (r + (k - 1) * e), (low - 1) / (low + k - 1), (high - 1) / (high + k - 1))
    return {"icc21": agreement, "icc31": consistency}


def pingouin_icc(x):
    n, k = x.shape
    table = pd.DataFrame({"s": np.repeat(np.arange(n), k), "r": np.tile(np.arange(k), n), "v": x.ravel()})
    found = pingouin.intraclass_corr(table, targets="s", raters="r", ratings="v").set_index("Type")
    return {ours: (found.at[theirs, "ICC"], *found.at[theirs, "CI95"]) for ours, theirs in (("icc21", "ICC(A,1)"), ("icc31", "ICC(C,1)"))}


def compare_icc(found, theirs, suffix):
    for kind, (value, low, high) in theirs.items():
        own = found[kind]
        if own is None:
            compare(kind + suffix, None, value, found["why"])
            continue
        compare(kind + suffix, own["value"], value)
        bounds = own["interval"] or {"low": None, "high": None}
        compare(f"{kind}.low{suffix}", bounds["low"], low, own["why"])
        compare(f"{kind}.high{suffix}", bounds["high"], high, own["why"])


def wilcoxon(x, y, gaps):
    """SciPy's. With ties in few pairs it tries all signs one by one, seconds for thirteen: numpy does the same at once."""
    tied = len(np.unique(np.abs(gaps))) < len(gaps) or not gaps.all()
    if not tied or len(gaps) > 13 or rarely():
        test = stats.wilcoxon(x, y)
        return test.statistic, test.pvalue
    differing_pairs = gaps[gaps != 0]
    ranks = stats.rankdata(np.abs(differing_pairs))
    signs = np.arange(2 ** len(ranks))[:, None] >> np.arange(len(ranks)) & 1
    sums, above, slack = signs @ ranks, ranks[differing_pairs > 0].sum(), 1e-9
    p = min(np.mean(sums <= above + slack), np.mean(sums >= above - slack))
    return min(above, ranks.sum() - above), min(1.0, 2 * p)


def rarely():
    """Every hundredth time, so that the short way is held against SciPy's own."""
    counts["groups with ties in few pairs"] += 1
    return counts["groups with ties in few pairs"] % 100 == 1


def volumes(x, y, found, number):
    scale = max(np.abs(x).max(), np.abs(y).max(), 1e-12)
    gaps = x - y
    n, bias, sd = len(gaps), gaps.mean(), np.std(gaps, ddof=1)
    varies_x, varies_y = np.ptp(x) > 0, np.ptp(y) > 0
    r = np.corrcoef(x, y)[0, 1] if varies_x and varies_y else None
    own = found["correlation"]
    compare("pearsonR", own["pearsonR"], r, own["why"])
    compare("pearsonR2", own["pearsonR2"], None if r is None else r**2, own["why"])
    compare("identityR2", own["identityR2"], 1 - np.sum(gaps**2) / np.sum((y - y.mean()) ** 2) if varies_y else None, own["why"])
    concordance = 2 * np.cov(x, y, ddof=0)[0, 1] / (np.var(x) + np.var(y) + bias**2)
    compare("concordance", own["concordance"], concordance if varies_x or varies_y or bias != 0 else None, own["why"])
    half = stats.t.ppf(0.975, n - 1) * sd / np.sqrt(n)
    limits = found["blandAltman"]
    for key, value, width in (("bias", bias, half), ("lowerLimit", bias - 1.96 * sd, np.sqrt(3) * half), ("upperLimit", bias + 1.96 * sd, np.sqrt(3) * half)):
        compare(key, limits[key]["value"], value, scale=scale)
        compare(f"{key}.low", limits[key]["interval"]["low"], value - width, scale=scale)
        compare(f"{key}.high", limits[key]["interval"]["high"], value + width, scale=scale)
    t = found["pairedT"]
    varies = np.ptp(gaps) > 1e-12 * scale
    test = stats.ttest_rel(x, y) if varies else None
    compare("t", t["t"], test and test.statistic, t["why"])
    compare("p (t)", t["p"], test and test.pvalue, t["why"])
    compare("cohenDz", t["cohenDz"], bias / sd if varies else None, t["why"])
    w = found["wilcoxon"]
    if np.any(gaps != 0):
        statistic, p = wilcoxon(x, y, gaps)
        compare("Wilcoxon's statistic", w["statistic"], statistic)
        compare("Wilcoxon's p", w["p"], p)
    else:
        compare("Wilcoxon's p where no pair differs", w["p"], 1.0)
    rated = np.column_stack([x, y])
    n_, k, rows, columns, error = mean_squares(rated)
    rounding = (1e-12 * scale) ** 2
    if error > rounding:
        compare_icc(found["intraclass"], icc(rated), "")
        if pingouin is not None and number % 100 == 0 and n_ > 2:
            compare_icc(found["intraclass"], pingouin_icc(rated), " (pingouin)")
            counts["groups asked of pingouin"] += 1
    elif rows > rounding or columns > rounding:
        counts["ICC without error: no interval, with its reason"] += all(found["intraclass"][kind] is None or found["intraclass"][kind]["why"] for kind in ("icc21", "icc31"))
    else:
        compare("icc21", found["intraclass"]["icc21"], None, found["intraclass"]["why"])


for number, line in enumerate(sys.stdin):
    group = json.loads(line)
    described("dice", group["dice"], group["found"]["dice"])
    described("hd95", group["hd95"], group["found"]["hd95"])
    if group["found"]["volumes"] is not None:
        volumes(np.array(group["predicted"], dtype=float), np.array(group["reference"], dtype=float), group["found"]["volumes"], number)
    counts["groups"] += 1

for what, times in sorted(counts.items(), key=lambda one: -one[1]):
    print(f"  {times} {what}")
print(f"  {len(differing)} differ", *differing[:12], sep="\n    ")
sys.exit(1 if differing else 0)
