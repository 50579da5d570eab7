// minio-go against a server: ENDPOINT ACCESS_KEY_ID SECRET_KEY.
package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	address, err := url.Parse(os.Args[1])
	check(err)
	client := func(secret string) *minio.Client {
		made, err := minio.New(address.Host, &minio.Options{
			Creds:  credentials.NewStaticV4(os.Args[2], secret, ""),
			Region: "us-east-1",
		})
		check(err)
		return made
	}
	all, bucket := context.Background(), "minio-go"
	good := client(os.Args[3])
	check(good.MakeBucket(all, bucket, minio.MakeBucketOptions{Region: "us-east-1"}))
	data := bytes.Repeat([]byte("x"), 200000)
	// In signed chunks, and in parts of a length that is not known before.
	put := func(key string, length int64, size uint64) {
		options := minio.PutObjectOptions{PartSize: size, UserMetadata: map[string]string{"note": "a  b"}}
		_, err := good.PutObject(all, bucket, key, bytes.NewReader(data), length, options)
		check(err)
		object, err := good.GetObject(all, bucket, key, minio.GetObjectOptions{})
		check(err)
		stored, err := io.ReadAll(object)
		check(err)
		if !bytes.Equal(stored, data) {
			panic(key)
		}
	}
	put("a key+1", int64(len(data)), 0)
	put("é/parts", -1, 5<<20)
	var keys []string
	for object := range good.ListObjects(all, bucket, minio.ListObjectsOptions{Recursive: true}) {
		check(object.Err)
		keys = append(keys, object.Key)
	}
	if strings.Join(keys, ";") != "a key+1;é/parts" {
		panic(keys)
	}
	for _, key := range keys {
		check(good.RemoveObject(all, bucket, key, minio.RemoveObjectOptions{}))
	}
	_, err = client("wrong").StatObject(all, bucket, "a key+1", minio.StatObjectOptions{})
	if minio.ToErrorResponse(err).StatusCode != 403 {
		panic(err)
	}
	fmt.Println("good")
}
