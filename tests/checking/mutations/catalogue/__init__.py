"""The mistakes, a group a file; numbers are those of the list that they were collected in."""

from __future__ import annotations

from tests.checking.mutations.catalogue.factors import FACTORS
from tests.checking.mutations.catalogue.forwards import FORWARDS
from tests.checking.mutations.catalogue.masks import MASKS
from tests.checking.mutations.catalogue.names import NAMES
from tests.checking.mutations.catalogue.penalties import PENALTIES
from tests.checking.mutations.catalogue.products import PRODUCTS
from tests.checking.mutations.catalogue.sums import SUMS

CATALOGUE = (*FORWARDS, *FACTORS, *PRODUCTS, *NAMES, *SUMS, *MASKS, *PENALTIES)
