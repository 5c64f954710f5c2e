"""Results for programs and for the archive, in the formats that `--output` names."""
