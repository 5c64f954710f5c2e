"""The only place that knows boto3: what the pure core asks for, asked of AWS."""
