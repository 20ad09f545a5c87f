/// The version of memsh, as `--version` prints it and every run in a ledger records it.
package let memshVersion = "0.2.0"
