"""The project on warehouses other than DuckDB."""

import pytest

pytest.register_assert_rewrite("warehouses.compared")
