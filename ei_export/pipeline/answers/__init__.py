"""What comes after a declaration was sent: answers read in, credits and corrections queued, a run taken back."""
