"""Grants a consent, and reports a call that was made with its token. Takes the consent's id, and
the names and credentials of docs/integrating.md from the environment."""
import base64, hashlib, json, os, sys, uuid
from datetime import datetime, timezone

import boto3

BANK = {"id": "musterbank", "timeZone": "Europe/Berlin"}
TOKEN = "the-token-as-the-bank-gave-it"
sqs = boto3.client("sqs")


def send(name, data):
    event = {
        "specversion": "1.0",
        "id": str(uuid.uuid4()),
        "source": "/examples/producer",
        "type": f"consent-lifecycle.{name}.v1",
        "subject": sys.argv[1],
        "time": datetime.now(timezone.utc).isoformat(),
        "data": {"provider": "klarna-consent", "bank": BANK, **data},
    }
    sqs.send_message(
        QueueUrl=os.environ["BANK_CALL_RESULTS_URL"],
        MessageGroupId=BANK["id"],
        MessageBody=json.dumps(event),
    )


digest = base64.urlsafe_b64encode(hashlib.sha256(TOKEN.encode()).digest()).decode()
answer = {"data": {"result": {"accounts": []}, "consent_token": "its-successor"}}
call = {"call": {"operation": "accounts"}, "response": {"status": 200, "body": answer}}
send("consent.granted", {"consentToken": TOKEN})
send("bank-call.completed", {"usedTokenFingerprint": "sha256:" + digest.rstrip("="), **call})
