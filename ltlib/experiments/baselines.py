"""What a linear model makes of the same texts: the least that a ticket should be compared with.

Subwords are counted, weighted by TF-IDF, and judged by logistic regression, from the same encoded
reviews and splits as the network's. Its strength is chosen on the validation split, as epochs are.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from ltlib.data.corpus import Corpus
from ltlib.data.reviews import Reviews
from ltlib.errors import InputError
from ltlib.results.correct import to_bits

STRENGTHS = tuple(10.0**n for n in range(-2, 4))  # C of the regression, weak to strong fits
COLUMNS = [
    "source", "target", "strength", "validation_accuracy", "test_accuracy", "test_reviews",
    "test_correct",
]  # fmt: skip


def linear_baselines(corpus: Corpus) -> pd.DataFrame:
    """A linear model of every domain, tested on every domain.

    Returns:
        Columns `source, target, strength, validation_accuracy, test_accuracy, test_reviews,
        test_correct`: the validation accuracy is the source's; the last has a bit for each test
        review, as a results table has.

    Raises:
        InputError: scikit-learn is not installed.
    """
    try:
        from sklearn.feature_extraction.text import TfidfTransformer
        from sklearn.linear_model import LogisticRegression
    except ImportError:
        raise InputError('a baseline needs scikit-learn: pip install "ltlib[baselines]"') from None
    rows = []
    for source, splits in corpus.splits.items():
        weighting = TfidfTransformer(sublinear_tf=True).fit(counts(splits.train, corpus))
        train, validation = (
            weighting.transform(counts(part, corpus)) for part in (splits.train, splits.validation)
        )
        models = [
            LogisticRegression(C=strength, max_iter=2_000).fit(train, splits.train.labels.numpy())
            for strength in STRENGTHS
        ]
        accuracies = [
            float((model.predict(validation) == splits.validation.labels.numpy()).mean())
            for model in models
        ]
        best = int(np.argmax(accuracies))  # of equally good ones the weakest
        for target, others in corpus.splits.items():
            tested = weighting.transform(counts(others.test, corpus))
            correct = models[best].predict(tested) == others.test.labels.numpy()
            rows.append(
                [source, target, STRENGTHS[best], accuracies[best], float(correct.mean()),
                 len(correct), to_bits(correct)]
            )  # fmt: skip
    return pd.DataFrame(rows, columns=COLUMNS)


def counts(reviews: Reviews, corpus: Corpus) -> csr_matrix:
    """How often each subword stands in each review, `[reviews, vocabulary]`."""
    tokens, offsets = reviews.tokens.numpy(), reviews.offsets.numpy()
    ones: NDArray[np.float64] = np.ones(len(tokens))
    shape = (len(reviews), corpus.vocabulary.size)
    found = csr_matrix((ones, tokens, offsets), shape=shape, copy=True)  # or it sorts the reviews
    found.sum_duplicates()
    return found
