"""What unittest finds in a run."""

import sys

from . import ending
from .peer import is_remote


class Failed(Exception):
    """A failed assertion that unittest has caught already."""


class Errored(Exception):
    """An exception that unittest has caught already."""


class Recorder:
    """Records what unittest finds, which else only stands in its printed report."""

    def __init__(self, test):
        import unittest

        self._test = test
        self.case = unittest.TestCase
        self.has_run = False
        self._failures, self._errors = [], []
        result = unittest.TestResult
        add_failure, add_error, add_subtest = result.addFailure, result.addError, result.addSubTest
        add_success, add_skip, start_run = result.addUnexpectedSuccess, result.addSkip, result.startTestRun

        def recording(original):
            def add(this, case, error):
                self._record(error)
                return original(this, case, error)
            return add

        def add_recorded_subtest(this, case, subtest, error):
            if error is not None:
                self._record(error)
            return add_subtest(this, case, subtest, error)

        def add_unexpected_success(this, case):
            self._failures.append(f"{case.id()}: unexpected success")
            return add_success(this, case)

        def add_recorded_skip(this, case, reason):
            error = sys.exc_info()[1]  # none: a decorator's
            if error is not None and is_remote(error):
                self._errors.append(ending.describe(error))
            return add_skip(this, case, reason)

        def start(this):
            self.has_run = True
            return start_run(this)

        result.addFailure, result.addError = recording(add_failure), recording(add_error)
        result.addSubTest, result.addUnexpectedSuccess = add_recorded_subtest, add_unexpected_success
        result.addSkip, result.startTestRun = add_recorded_skip, start
        self._loader, self._runner, self._suite = unittest.TestLoader, unittest.TextTestRunner, unittest.TestSuite

    def _record(self, error):
        kind, value, trace = error
        self._test.show_source()
        if self._test.is_failure(value):
            self._failures.append(self._test.message(value, trace))
        else:
            self._errors.append(ending.describe(value))

    def run(self, classes):
        if classes:
            load = self._loader().loadTestsFromTestCase
            self._runner().run(self._suite([load(cls) for cls in classes]))

    def conclude(self):
        if self._errors:
            raise Errored(self._errors[0])
        if self._failures:
            raise Failed(self._failures[0])
