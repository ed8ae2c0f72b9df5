# SPDX-License-Identifier: BSD-2-Clause
#
# demo, test, bench, check: how we know.
