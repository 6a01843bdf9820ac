"""The back door: everything that knows Tencent Cloud."""
