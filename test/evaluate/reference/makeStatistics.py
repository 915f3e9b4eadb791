"""Writes statistics.json: what scipy, scikit-learn and pingouin say of the samples stored with it.

pip install numpy scipy scikit-learn pingouin; python makeStatistics.py; npm run format
Made with numpy 2.4.6, scipy 1.17.1, scikit-learn 1.9.1, pingouin 0.7.0 on Python 3.11.
"""
import json
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


def bootstrap(x, y, statistic, seed, resamples):
    data = (x,) if y is None else (x, y)

    def run(method):
        return stats.bootstrap(
            data,
            statistic,
            n_resamples=resamples,
            paired=y is not None,
            vectorized=False,
            method=method,
            rng=OurDraws(seed),
        )

    percentile, bca = run("percentile"), run("BCa")
    return {
        "first": list(x),
        "second": None if y is None else list(y),
        "seed": seed,
        "resamples": resamples,
        "standardError": percentile.standard_error,
        "percentile": list(percentile.confidence_interval),
        "bca": list(bca.confidence_interval),
    }


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
        "normalCdf": [[z, stats.norm.cdf(z)] for z in (-26, -8, -5, -2, -0.3, 0, 0.001, 1.96, 6)],
        "normalQuantile": [[p, stats.norm.ppf(p)] for p in (1e-100, 1e-8, 0.001, 0.025, 0.4, 0.975)],
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


facts = {
    "tables": tables(),
    "percentiles": percentiles(),
    "pairs": pairs(),
    "intraclass": [
        intraclass(rated(n, k, bias, noise))
        for n, k, bias, noise in ((3, 2, 1, 3), (6, 4, 5, 3), (20, 2, 0.5, 6), (50, 3, 2, 5), (10, 5, 0, 60), (30, 2, 40, 5))
    ],
    "kappa": [kappa(c, n, a) for c, n, a in ((2, 40, 0.8), (3, 200, 0.6), (5, 1000, 0.9), (2, 30, 0), (4, 60, 0.3))],
    # Either whole numbers, whose means tie exactly, or so many decimals that none ties: else rounding would decide.
    "bootstrapMean": [
        bootstrap(np.array([3.0, 1, 4, 1, 5, 9, 2, 6]), None, np.mean, 3, 800),
        bootstrap(dices(12, 6)[0], None, np.mean, 7, 999),
        bootstrap(volumes(40, 5)[0], None, np.mean, 20240521, 1999),
        bootstrap(volumes(5, 5)[0], None, np.mean, -3, 500),
    ],
    "bootstrapR2": [
        bootstrap(*volumes(15, 5), lambda x, y: np.corrcoef(x, y)[0, 1] ** 2, 11, 999),
        bootstrap(*volumes(60, 5), lambda x, y: np.corrcoef(x, y)[0, 1] ** 2, 4294967295, 499),
    ],
}
Path(__file__).with_name("statistics.json").write_text(json.dumps(facts, default=float) + "\n")
