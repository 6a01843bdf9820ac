"""The outside judge: shares no code with the bot, nor with what plays the histories.

It gets a record (what people did, what was shown, what was true, what was told to the
bot) and a list of words. Run as `python -m tests.trials.truth.judge RECORD WORDS`.
"""
