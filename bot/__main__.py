"""`python -m bot` is `frontline`."""

from bot.cli import main

main()
