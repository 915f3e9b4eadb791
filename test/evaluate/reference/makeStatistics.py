"""Writes statistics.json: what scipy, scikit-learn and pingouin say of the samples stored with it.

pip install numpy scipy scikit-learn pingouin; python makeStatistics.py; npm run format
Made with numpy 2.4.6, scipy 1.17.1, scikit-learn 1.9.1, pingouin 0.7.0 on Python 3.11.
"""
import json
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pingouin
from scipy import stats
from sklearn import metrics

for option in ("round", "round.column.CI95"):
    pingouin.options[option] = None

rng = np.random.default_rng(20240521)


def volumes(n, decimals, shift=0.0):
    reference = shift + rng.gamma(9, 9, n)
    return np.round(reference * rng.normal(0.97, 0.08, n) + rng.normal(0, 3, n), decimals), np.round(reference, decimals)


def dices(n, decimals):
    first = np.clip(rng.normal(0.86, 0.06, n), 0, 1)
    return np.round(first, decimals), np.round(np.clip(first + rng.normal(0.01, 0.02, n), 0, 1), decimals)


def descriptions(values):
    low, middle, high = np.percentile(values, [25, 50, 75])
    return {"mean": np.mean(values), "sd": np.std(values, ddof=1), "median": middle, "q1": low, "q3": high}


def correlation(x, y):
    concordance = 2 * np.cov(x, y, ddof=0)[0, 1] / (np.var(x) + np.var(y) + (np.mean(x) - np.mean(y)) ** 2)
    return {
        "pearsonR": stats.pearsonr(x, y).statistic,
        "pearsonR2": stats.linregress(x, y).rvalue ** 2,
        "identityR2": metrics.r2_score(y, x),
        "concordance": concordance,
    }


def bland_altman(x, y):
    gaps = x - y
    n, bias, sd = len(gaps), np.mean(gaps), np.std(gaps, ddof=1)

    def interval(value, error):
        return list(stats.t.interval(0.95, n - 1, value, error))

    low, high = bias - 1.96 * sd, bias + 1.96 * sd
    error = np.sqrt(3 * sd**2 / n)
    return [[bias, *interval(bias, sd / np.sqrt(n))], [low, *interval(low, error)], [high, *interval(high, error)]]


def paired_t(x, y):
    test = stats.ttest_rel(x, y)
    gaps = x - y
    return {
        "t": test.statistic,
        "p": test.pvalue,
        "interval": list(test.confidence_interval(0.95)),
        "cohenDz": np.mean(gaps) / np.std(gaps, ddof=1),
    }


def wilcoxon(x, y):
    test = stats.wilcoxon(x, y)
    return {
        "statistic": test.statistic,
        "p": test.pvalue,
        "rankBiserial": pingouin.wilcoxon(x, y).at["Wilcoxon", "RBC"],
    }


def pair(x, y):
    assert len(x) == len(y)
    return {
        "first": list(x),
        "second": list(y),
        "described": descriptions(x),
        "correlation": correlation(x, y),
        "blandAltman": bland_altman(x, y),
        "pairedT": paired_t(x, y),
        "wilcoxon": wilcoxon(x, y),
    }


def intraclass(ratings):
    n, k = ratings.shape
    table = pd.DataFrame(
        {
            "subject": np.repeat(np.arange(n), k),
            "rater": np.tile(np.arange(k), n),
            "rating": ratings.ravel(),
        }
    )
    found = pingouin.intraclass_corr(table, targets="subject", raters="rater", ratings="rating").set_index("Type")
    numbers = {ours: [found.at[theirs, "ICC"], *found.at[theirs, "CI95"]] for ours, theirs in (("icc21", "ICC(A,1)"), ("icc31", "ICC(C,1)"))}
    return {"ratings": [list(row) for row in ratings], **numbers}


def rated(n, k, bias, noise):
    subjects = rng.gamma(9, 9, n)
    return np.round(subjects[:, None] + rng.normal(0, bias, k)[None, :] + rng.normal(0, noise, (n, k)), 3)


def kappa(categories, items, agreement):
    first = rng.integers(0, categories, items)
    second = np.where(rng.random(items) < agreement, first, rng.integers(0, categories, items))
    return {
        "table": metrics.confusion_matrix(first, second, labels=range(categories)).tolist(),
        "kappa": metrics.cohen_kappa_score(first, second),
    }


class OurDraws(np.random.Generator):
    """The product's generator, so that scipy resamples as it does."""

    def __new__(cls, seed):
        return super().__new__(cls, np.random.PCG64(0))

    def __init__(self, seed):
        super().__init__(np.random.PCG64(0))
        self.words = []
        state = seed & 0xFFFFFFFF
        for _ in range(4):
            state = (state + 0x9E3779B9) & 0xFFFFFFFF
            mixed = ((state ^ (state >> 16)) * 0x21F0AAAD) & 0xFFFFFFFF
            mixed = ((mixed ^ (mixed >> 15)) * 0x735A2D97) & 0xFFFFFFFF
            self.words.append(mixed ^ (mixed >> 15))

    def word(self):
        a, b, c, d = self.words
        turned = (b * 5) & 0xFFFFFFFF
        turned = ((turned << 7) | (turned >> 25)) & 0xFFFFFFFF
        shifted = (b << 9) & 0xFFFFFFFF
        c ^= a
        d ^= b
        b ^= c
        a ^= d
        c ^= shifted
        d = ((d << 11) | (d >> 21)) & 0xFFFFFFFF
        self.words = [a, b, c, d]
        return (turned * 9) & 0xFFFFFFFF

    def integers(self, low, high=None, size=None, **_):
        drawn = [low + ((self.word() * (high - low)) >> 32) for _ in range(int(np.prod(size)))]
        return np.array(drawn).reshape(size)


def bootstrap_t(values, low, high):
    """Hull of Student's t and the bootstrap-t interval (Efron & Tibshirani 1993, 12.5), cut at what the quantity allows.

    Of the latter 0.5 % in place of 2.5 % is cut off on the side of the skewness.
    """
    n, centre, error = len(values), np.mean(values), stats.sem(values)
    drawn = values[OurDraws(20241108).integers(0, n, (2000, n))]
    with np.errstate(divide="ignore", invalid="ignore"):
        studentised = (drawn.mean(axis=1) - centre) / (drawn.std(axis=1, ddof=1) / np.sqrt(n))
    # A resample of one value alone lies beyond every bound.
    alike = np.ptp(drawn, axis=1) == 0
    studentised[alike] = np.sign(drawn[alike, 0] - centre) * np.inf
    t = stats.t.ppf(0.975, n - 1)
    skew = stats.skew(values)
    tails = (0.5 if skew > 0.2 else 2.5, 99.5 if skew < -0.2 else 97.5)
    least, most = (float(np.percentile(studentised, p, method="linear")) for p in tails)
    return {
        "values": list(values),
        "range": [None if np.isinf(bound) else bound for bound in (low, high)],
        "interval": [max(low, centre - max(t, most) * error), min(high, centre + max(t, -least) * error)],
    }


def edgeworth(values):
    """Student's t interval, and on the side of the skewness its bound with Hall's first term (1992, section 2.6)."""
    n, centre, error, skew = len(values), np.mean(values), stats.sem(values), stats.skew(values)
    t = stats.t.ppf(0.975, n - 1)
    shift = skew * (2 * t**2 + 1) / (6 * np.sqrt(n))
    interval = [centre - max(t, t - shift) * error, centre + max(t, t + shift) * error]
    return {"values": list(values), "range": [None, None], "interval": interval}


def tables():
    dfs = [1, 2, 3, 7, 11.37, 29, 59, 118, 379, 5000]
    return {
        "studentP": [[t, df, 2 * stats.t.sf(t, df)] for df in dfs for t in (0.001, 0.3, 1, 2.1, 7, 20)],
        "studentHalfWidth": [[c, df, stats.t.ppf((1 + c) / 2, df)] for df in dfs for c in (0.5, 0.9, 0.95, 0.999)],
        "fisher": [
            [p, a, b, stats.f.ppf(p, a, b)]
            for a in (1, 2, 19, 379)
            for b in (1, 2.7, 38, 777.7)
            for p in (0.025, 0.5, 0.975)
        ],
        "normalQuantile": [[p, stats.norm.ppf(p)] for p in (1e-9, 1e-3, 0.025, 1 / 21, 0.3, 0.975, 0.9999)],
        "normalCdf": [[z, stats.norm.cdf(z)] for z in (-26, -8, -5, -2, -0.3, 0, 0.001, 1.96, 6)],
    }


def percentiles():
    samples = [np.round(rng.gamma(2, 2, n), 3) for n in (1, 2, 3, 11, 20, 47)]
    return [[list(values), percent, np.percentile(values, percent)] for values in samples for percent in (3, 25, 50, 75, 95, 97.5)]


def pairs():
    tied = np.round(rng.normal(0, 2, 13)), np.round(rng.normal(1, 2, 13))
    return [
        pair(*volumes(2, 4)),
        pair(*volumes(3, 4)),
        *(pair(*volumes(n, 4)) for n in (5, 8, 13, 14, 30, 49, 50, 51, 80)),
        *(pair(*volumes(n, 4, 1e6)) for n in (6, 40)),
        *(pair(*dices(n, 4)) for n in (10, 25, 60)),
        # Few decimals: tied differences and equal pairs on both sides of the exact test's limits.
        *(pair(*dices(n, 2)) for n in (7, 12, 13, 14, 20, 50, 51, 90)),
        pair(*tied),
    ]


def finite(value):
    """None where the package has no finite answer."""
    return float(value) if np.isfinite(value) else None


def quietly(run):
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return run()
        except (ValueError, AssertionError, ZeroDivisionError):
            return None


def finite_or_none(value):
    if isinstance(value, dict):
        return {key: finite_or_none(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [finite_or_none(one) for one in value]
    return None if value is None else finite(value)


def degenerate_pair(x, y):
    x, y = np.array(x, dtype=float), np.array(y, dtype=float)
    parts = {"correlation": correlation, "blandAltman": bland_altman, "pairedT": paired_t, "wilcoxon": wilcoxon}
    found = {name: finite_or_none(quietly(lambda part=part: part(x, y))) for name, part in parts.items()}
    return {"first": list(x), "second": list(y), **found}


def degenerate_ratings(ratings):
    ratings = np.array(ratings, dtype=float)
    found = quietly(lambda: intraclass(ratings)) or {}
    return {"ratings": ratings.tolist(), **{name: finite_or_none(found.get(name)) for name in ("icc21", "icc31")}}


def degenerate():
    """Two and three cases, ties, constants, equal columns: what centres with few cases send."""
    own = np.random.default_rng(20261130)
    few = [own.integers(0, high, (2, n)) / scale for n in (2, 3, 4, 5) for high in (2, 3, 9) for scale in (1, 1000) for _ in range(4)]
    rated = [own.integers(0, high, (n, k)) / scale for n in (2, 3, 4) for k in (2, 3) for high in (2, 4, 9) for scale in (1, 1000) for _ in range(3)]
    return {
        "pairs": [degenerate_pair(x, y) for x, y in few],
        "ratings": [degenerate_ratings(some) for some in [*rated, [[6, 7], [7, 6], [7, 6]], [[9, 0], [0, 9]]]],
        "fisher": [[p, a, b, stats.f.ppf(p, a, b)] for a in (1, 2, 59) for b in (0.02, 0.1, 0.4, 1e5) for p in (0.025, 0.975)],
    }


facts = {
    "tables": tables(),
    "percentiles": percentiles(),
    "pairs": pairs(),
    "intraclass": [
        intraclass(rated(n, k, bias, noise))
        for n, k, bias, noise in ((3, 2, 1, 3), (6, 4, 5, 3), (20, 2, 0.5, 6), (50, 3, 2, 5), (10, 5, 0, 60), (30, 2, 40, 5))
    ],
    "kappa": [kappa(c, n, a) for c, n, a in ((2, 40, 0.8), (3, 200, 0.6), (5, 1000, 0.9), (2, 30, 0), (4, 60, 0.3))],
    "bootstrapT": [
        bootstrap_t(np.array([3.0, 1, 4, 1, 5, 9, 2, 6]), -np.inf, np.inf),
        bootstrap_t(dices(8, 6)[0], 0, 1),
        bootstrap_t(dices(12, 6)[0], 0, 1),
        bootstrap_t(np.array([1, 1, 0.99, 0.98, 0.7, 0.99, 0.97, 0.99]), 0, 1),
        bootstrap_t(np.round(np.exp(rng.normal(0, 1, 20)), 6), 0, np.inf),
        bootstrap_t(volumes(40, 5)[0], -np.inf, np.inf),
    ],
    # Its own generator: the rest stays as it is.
    "edgeworth": [edgeworth(np.round(np.exp(np.random.default_rng(8).normal(0, 1, 240)), 6)), edgeworth(-np.round(np.random.default_rng(9).gamma(2, 2, 900), 6))],
    "degenerate": degenerate(),
}
Path(__file__).with_name("statistics.json").write_text(json.dumps(facts, default=float) + "\n")
