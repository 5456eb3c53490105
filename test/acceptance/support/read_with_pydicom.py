"""Reads DICOM files with pydicom and prints one JSON line a file: {"path", "elements"} or {"path", "error"}.

"elements" is the DICOM JSON model (PS3.18 F) as pydicom writes it, with some additions: every binary value has "sha256"
and "length" (of encapsulated pixel data: of its fragments joined, since frames have neither items nor offset table), a
short one also InlineBinary, little endian words whatever the file has (PS3.18 F.2.7); every element carries "raw" (base64 of its bytes in the file) when pydicom still has them
and they are short, and "fileVr" where the file names one. Where pydicom itself cannot convert a value, "unreadable" names the error.
Paths come on standard input, one a line.
"""
import array
import base64
import hashlib
import json
import struct
import sys
import warnings

import pydicom
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset

warnings.simplefilter('ignore')
MAX_INLINE_BYTES = 4096
EXPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2.1'
EXPLICIT_BIG_ENDIAN = '1.2.840.10008.1.2.2'
WORD_BYTES = {'OW': 2, 'OF': 4, 'OL': 4, 'OD': 8, 'OV': 8}
NATIVE_TRANSFER_SYNTAXES = ('1.2.840.10008.1.2', '1.2.840.10008.1.2.1', '1.2.840.10008.1.2.2', '1.2.840.10008.1.2.1.99')
PIXEL_DATA = 0x7FE00010
ITEM_HEADER = struct.Struct('<HHI')


def fragments(value: bytes) -> bytes:
    """The fragments of encapsulated pixel data, joined; its first item is the Basic Offset Table (PS3.5 A.4)."""
    parts, offset = [], 0
    while offset + ITEM_HEADER.size <= len(value):
        _, element, length = ITEM_HEADER.unpack_from(value, offset)
        if element != 0xE000:
            break
        offset += ITEM_HEADER.size
        parts.append(value[offset:offset + length])
        offset += length
    return b''.join(parts[1:])


def little_endian(value: bytes, vr: str, big: bool) -> bytes:
    size = WORD_BYTES.get(vr, 1)
    if not big or size == 1 or len(value) % size:
        return value
    words = array.array({2: 'H', 4: 'I', 8: 'Q'}[size], value)
    words.byteswap()
    return words.tobytes()


def binary(value: bytes) -> dict:
    result = {'sha256': hashlib.sha256(value).hexdigest(), 'length': len(value)}
    if len(value) <= MAX_INLINE_BYTES:
        result['InlineBinary'] = base64.b64encode(value).decode('ascii')
    return result


def element_json(data_set: Dataset, tag: int, syntax: str) -> dict:
    raw = data_set.get_item(tag)
    raw_value = raw.value if isinstance(raw, RawDataElement) else None
    result = {}
    try:
        element = data_set[tag]
        result['vr'] = getattr(element.VR, 'value', element.VR)
        if element.VR == 'SQ':
            # Only pixel data of the top level is encapsulated (PS3.5 A.4): an icon image inside an item is not.
            inner = syntax if syntax in NATIVE_TRANSFER_SYNTAXES else EXPLICIT_LITTLE_ENDIAN
            result['Value'] = [data_set_json(item, inner) for item in element.value]
        elif isinstance(element.value, bytes):
            if tag == PIXEL_DATA and syntax not in NATIVE_TRANSFER_SYNTAXES:
                result.update(binary(fragments(element.value)))
            elif element.value:
                result.update(binary(little_endian(element.value, result['vr'], syntax == EXPLICIT_BIG_ENDIAN)))
        else:
            result.update(element.to_json_dict(None, 1 << 30))
    except Exception as error:  # a value pydicom cannot convert is reported, the other elements still count
        result['unreadable'] = f'{type(error).__name__}: {error}'
    if isinstance(raw, RawDataElement) and raw.VR is not None:
        result['fileVr'] = raw.VR
    if raw_value is not None and len(raw_value) <= MAX_INLINE_BYTES:
        result['raw'] = base64.b64encode(raw_value).decode('ascii')
    return result


def data_set_json(data_set: Dataset, syntax: str) -> dict:
    return {f'{tag:08X}': element_json(data_set, tag, syntax) for tag in sorted(data_set.keys())}


def read(path: str) -> dict:
    try:
        data_set = pydicom.dcmread(path, force=True)
        return {'path': path, 'elements': data_set_json(data_set, str(data_set.file_meta.TransferSyntaxUID))}
    except Exception as error:
        return {'path': path, 'error': f'{type(error).__name__}: {error}'}


for line in sys.stdin:
    print(json.dumps(read(line.rstrip('\n')), ensure_ascii=False), flush=True)
