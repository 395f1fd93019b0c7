# SPDX-License-Identifier: Apache-2.0

"""Change sets, which `aws cloudformation deploy` uses: moto does not update the stack's Outputs."""

from moto.cloudformation.models import ChangeSet


def install() -> None:
    apply = ChangeSet.apply

    def apply_with_outputs(self: ChangeSet) -> None:
        apply(self)
        self.stack.template = self.template
        self.stack._parse_template()
        self.stack.output_map = self.stack._create_output_map()

    ChangeSet.apply = apply_with_outputs
