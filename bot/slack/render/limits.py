"""What Slack takes: each limit with the page that states it.

Lengths are characters as `escape.size` counts them. Slack does not say whether it
counts code points or UTF-16 units, so the longer of the two is kept.
"""

# https://docs.slack.dev/reference/block-kit/blocks
MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100

# https://docs.slack.dev/reference/methods/chat.update
# The stricter of the two: chat.postMessage only advises it.
FALLBACK = 4000

# https://docs.slack.dev/reference/methods/chat.postMessage (msg_blocks_too_long)
# The number is not published: messages were refused from some 11,300 upwards.
MESSAGE_TEXT = 10_000

# https://docs.slack.dev/reference/methods/views.open (view_too_large: 250 kB)
# A character may take six bytes of JSON, so this much text leaves room for the rest.
VIEW_TEXT = 30_000

# https://docs.slack.dev/reference/block-kit/composition-objects/text-object
TEXT = 3000

# https://docs.slack.dev/reference/block-kit/blocks/context-block
# The page has no number: what is longer was refused with "less than 2001 characters".
CONTEXT_TEXT = 2000

# https://docs.slack.dev/reference/block-kit/block-elements/button-element
BUTTON_LABEL = 75
BUTTON_VALUE = 2000

# https://docs.slack.dev/reference/block-kit/composition-objects/confirmation-dialog-object
CONFIRM_TITLE = 100
CONFIRM_TEXT = 300
CONFIRM_ANSWER = 30

# https://docs.slack.dev/reference/block-kit/composition-objects/option-object
OPTION_LABEL = 75
OPTION_VALUE = 150
OPTION_HINT = 75

# https://docs.slack.dev/reference/block-kit/block-elements/overflow-menu-element
OVERFLOW_OPTIONS = 5

# https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element
SELECT_OPTIONS = 100

# https://docs.slack.dev/reference/block-kit/blocks/data-table-block
# Twice as many of both are taken since September 2026; 200 rows and 20,000 characters.
TABLE_ROWS = 100  # without the header
TABLE_PAGE = 100
SELECT_LABEL = 150

# https://docs.slack.dev/reference/block-kit/block-elements/radio-button-group-element
RADIO_OPTIONS = 10

# https://docs.slack.dev/reference/block-kit/block-elements/plain-text-input-element
TYPED = 3000

# https://docs.slack.dev/reference/block-kit/blocks/input-block
LABEL = 2000
HINT = 2000

# https://docs.slack.dev/reference/views/modal-views
VIEW_TITLE = 24
VIEW_BUTTON = 24

# https://docs.slack.dev/reference/block-kit/blocks/image-block
ALT_TEXT = 2000

# https://docs.slack.dev/reference/block-kit/block-elements/url-text-input-element
URL = 3000

# ── ours, where Slack has none ───────────────────────────────────────────────────

REPLACES = "!"  # ends the action_id of a button whose answer replaces its message
ROW_BUTTONS = 3  # more of them stack up on a phone
TABLE_CELL = 200  # what a column has room for
TABLE_TEXT = 6000  # of a table: what stands above and below it has to fit as well
FAULT = 600  # what still reads well under a field: five lines
