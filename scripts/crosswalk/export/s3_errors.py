"""What S3 and boto3 say, as sentences with an exit code. Source: Amazon S3 API reference, Error responses."""

import contextlib
from collections.abc import Iterator

from crosswalk.errors import ConfigError, CredentialsError, CrosswalkError, UnavailableError
from crosswalk.redact import clean

_REFUSED = {
    "AccessDenied", "AllAccessDisabled", "AccountProblem", "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken",
    "InvalidToken", "InvalidSecurity", "TokenRefreshRequired", "RequestExpired", "403", "401",
}  # fmt: skip
_NO_BUCKET = {"NoSuchBucket", "404", "InvalidBucketName"}
_ELSEWHERE = {
    "PermanentRedirect", "TemporaryRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException", "301",
}  # fmt: skip
_NO_CREDENTIALS = (
    "NoCredentialsError", "PartialCredentialsError", "CredentialRetrievalError", "TokenRetrievalError", "SSOTokenLoadError",
    "UnauthorizedSSOTokenError", "RefreshWithMFAUnsupportedError", "MetadataRetrievalError",
)  # fmt: skip
_WRONG_SETTING = (
    "ProfileNotFound", "ParamValidationError", "InvalidRegionError", "NoRegionError", "InvalidEndpointConfigurationError",
    "ConfigParseError", "ConfigNotFound", "InvalidConfigError",
)  # fmt: skip
_AGAIN = "Run the same command again: what is there stays, and only the rest is written."


@contextlib.contextmanager
def explained(bucket: str) -> Iterator[None]:
    """Errors of boto3 as CredentialsError, ConfigError or UnavailableError."""
    from boto3.exceptions import Boto3Error
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (Boto3Error, BotoCoreError, ClientError) as error:
        # a failed upload wraps the storage's answer in a text
        raise _sentence(_inner(error), bucket) from error


def _inner(error: BaseException) -> BaseException:
    from boto3.exceptions import Boto3Error

    below = error.__cause__ or error.__context__
    return below if isinstance(error, Boto3Error) and below is not None else error


def _sentence(error: BaseException, bucket: str) -> CrosswalkError:
    from botocore.exceptions import ClientError

    if isinstance(error, ClientError):
        return _answer(error, bucket)
    names = {kind.__name__ for kind in type(error).__mro__}
    text = clean(str(error))
    if names & set(_NO_CREDENTIALS):
        return CredentialsError(
            f"There are no usable credentials for S3 ({text}): set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or "
            "AWS_PROFILE, and run the same command again."
        )
    if names & set(_WRONG_SETTING):
        return ConfigError(f"A setting for S3 is wrong: {text}. Correct it and run the same command again.")
    return UnavailableError(f"The storage cannot be reached: {text}. {_AGAIN}")


def _answer(error: BaseException, bucket: str) -> CrosswalkError:
    answer = getattr(error, "response", {})
    code = str(answer.get("Error", {}).get("Code", ""))
    status = int(answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) or 0)
    said = clean(f"{code}: {answer.get('Error', {}).get('Message', '')}".strip(": "))
    if code in _NO_BUCKET:
        return ConfigError(f"There is no bucket {bucket} ({said}): make it, or correct --dest.")
    if code in _ELSEWHERE:
        return ConfigError(
            f"The bucket {bucket} is in another region ({said}): give it with --region, or set AWS_REGION."
        )
    if code in _REFUSED or status in (401, 403):
        return CredentialsError(
            f"The storage refuses these credentials for {bucket} ({said}): give them the rights to list, read and "
            "write it, and run the same command again."
        )
    if status >= 500 or code in ("SlowDown", "RequestTimeout", "Throttling", "TooManyRequests") or not status:
        return UnavailableError(f"The storage does not take data now ({said or status}). {_AGAIN}")
    return ConfigError(
        f"The storage refuses the request ({said or status}): check --dest and --endpoint-url."
    )
