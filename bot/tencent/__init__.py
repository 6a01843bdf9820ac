"""Everything that knows Tencent Cloud."""
