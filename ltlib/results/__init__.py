"""What results tables say: quantities, verdicts, claims. Nothing here trains or draws."""
