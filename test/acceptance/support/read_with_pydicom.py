"""Reads DICOM files with pydicom and prints one JSON line a file: {"path", "elements"} or {"path", "error"}.

"elements" is the DICOM JSON model (PS3.18 F) as pydicom writes it, with two additions: a long binary value is
{"sha256", "length"} instead of BulkDataURI, and every element carries "raw" (base64 of its bytes in the file) when
pydicom still has them and they are short. Where pydicom itself cannot convert a value, "unreadable" names the error.
Paths come on standard input, one a line.
"""
import base64
import hashlib
import json
import sys
import warnings

import pydicom
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset

warnings.simplefilter('ignore')
MAX_INLINE_BYTES = 4096


def binary(value: bytes) -> dict:
    if len(value) > MAX_INLINE_BYTES:
        return {'sha256': hashlib.sha256(value).hexdigest(), 'length': len(value)}
    return {'InlineBinary': base64.b64encode(value).decode('ascii')}


def element_json(data_set: Dataset, tag: int) -> dict:
    raw = data_set.get_item(tag)
    raw_value = raw.value if isinstance(raw, RawDataElement) else None
    result = {}
    try:
        element = data_set[tag]
        result['vr'] = str(element.VR)
        if element.VR == 'SQ':
            result['Value'] = [data_set_json(item) for item in element.value]
        elif isinstance(element.value, bytes):
            if element.value:
                result.update(binary(element.value))
        else:
            result.update(element.to_json_dict(None, 1 << 30))
    except Exception as error:  # a value pydicom cannot convert is reported, the other elements still count
        result['unreadable'] = f'{type(error).__name__}: {error}'
    if raw_value is not None and len(raw_value) <= MAX_INLINE_BYTES:
        result['raw'] = base64.b64encode(raw_value).decode('ascii')
    return result


def data_set_json(data_set: Dataset) -> dict:
    return {f'{tag:08X}': element_json(data_set, tag) for tag in sorted(data_set.keys())}


def read(path: str) -> dict:
    try:
        data_set = pydicom.dcmread(path, force=True)
        return {'path': path, 'transferSyntaxUid': data_set.file_meta.get('TransferSyntaxUID', ''),
                'elements': data_set_json(data_set)}
    except Exception as error:
        return {'path': path, 'error': f'{type(error).__name__}: {error}'}


for line in sys.stdin:
    print(json.dumps(read(line.rstrip('\n')), ensure_ascii=False), flush=True)
